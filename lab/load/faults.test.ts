/** `lab load` and servers that are wrong, silent or gone: each is named, and nothing is waited for for ever. */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import test from 'ava';
import { Descriptors } from '../../lib/sys/fixtures/resources.ts';
import { openListener } from '../../lib/sys/socket.ts';
import { startServer, until } from '../../lib/testing/server.ts';
import { at, EPOLL, epollOf, folder, run, serve, start, type Written, well } from './testing.ts';

const epoll = epollOf(test);

test.serial('a wrong byte is an error, and shown with the request', async (t) => {
  let count = 0;
  const target = await serve(t, (socket) => socket.write(++count % 10 === 0 ? 'PANG\n' : 'PONG\n'));
  const ran = await run(t, ['--target', target, '--connections', '2', '--requests', '100']);
  t.is(ran.status, 1);
  t.is(ran.written.errors['wrong answer'], 2);
  t.regex(ran.stdout, /^errors +wrong answer 2×/m);
  t.regex(
    ran.stdout,
    /connection \d: to "PING\\n" byte 2 of the answer is "A", not "O": "PANG\\n" came, and not "PONG\\n"$/m,
  );
});

test.serial('an answer that nobody asked for, an end and a reset are errors, each by its name', async (t) => {
  const answers = ['PONG\nPONG\n', '', undefined];
  const target = await serve(t, (socket) => {
    const answer = answers.shift();
    if (answer === undefined) socket.resetAndDestroy();
    else if (answer === '') socket.end();
    else socket.write(answer);
  });
  const ran = await run(t, ['--target', target, '--connections', '3', '--requests', '1', '--pipeline', '1']);
  t.is(ran.status, 1);
  // Who has his answer may be gone before the second one comes.
  const { 'wrong answer': _, ...errors } = ran.written.errors;
  t.deepEqual(errors, { 'closed by the server': 1, 'read ECONNRESET': 1 });
});

/** Sends something in single bytes, each in a segment of its own, as far as that can be had. */
async function trickle(socket: Socket, bytes: string): Promise<void> {
  socket.setNoDelay();
  for (const byte of bytes) await new Promise((resolve) => socket.write(byte, 'latin1', resolve));
}

const head = (length: number | string, more = ''): string =>
  `HTTP/1.1 200 OK\r\n${more}Content-Length: ${length}\r\n\r\n`;

for (const [face, words, answer] of [
  ['lines', [], 'AAAADONE\n'],
  ['HTTP', ['--http'], `${head(9, 'Date: now\r\n')}AAAADONE\n`],
] as const) {
  test.serial(`${face} in single bytes are answers like others`, async (t) => {
    const target = await serve(t, (socket, line) => /STREAM|GET/.test(line) && trickle(socket, answer));
    const ran = await run(t, ['--target', target, '--command', 'STREAM 4', '--requests', '3', ...words]);
    well(t, ran);
    t.is(ran.written.requests, 30);
  });
}

/** What a server answers to a request over HTTP, and what is said of it. */
const WRONG: Record<string, [string, string]> = {
  'another length': [head(4_294_967_296), 'a body of "4294967296" bytes, and not of 5'],
  'a length that would be obeyed': [head('5\x1b[2J'), 'a body of "5\\u001b[2J" bytes, and not of 5'],
  'another status': ['HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'status 404'],
  'no length': ['HTTP/1.1 200 OK\r\n\r\nPONG\n', 'an answer without Content-Length, which cannot be checked here'],
  'a head without an end': [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}\r\n`, 'a head of more than 16,384 bytes'],
  'no HTTP': ['PONG\n', 'what is no HTTP: "PONG\\n"'],
};

test.serial('what is wrong with an answer over HTTP is said', async (t) => {
  const targets = await Promise.all(
    Object.values(WRONG).map(([answer]) =>
      serve(t, (socket, line) => line.startsWith('GET') && socket.write(answer, 'latin1')),
    ),
  );
  for (const [i, [name, [, words]]] of Object.entries(WRONG).entries()) {
    const ran = await run(t, ['--target', targets[i]!, '--http', '--connections', '1', '--requests', '2']);
    t.deepEqual([ran.status, ran.written.errors, ran.written.requests], [1, { 'wrong answer': 1 }, 0], name);
    t.deepEqual(ran.written.differences, [`connection 1: to ${shown(targets[i]!)} came ${words}`], name);
  }
});

const shown = (target: string): string => JSON.stringify(`GET /ping HTTP/1.1\r\nHost: ${target}\r\n\r\n`);

for (const [what, words, first, more] of [
  ['a head', ['--http'], 'HTTP/1.1 200 OK\r\n', 'X: y\r\n'],
  ['an answer', [], '', 'PONG'],
] as const) {
  test.serial(`${what} without an end is not listened to for ever`, async (t) => {
    let gone = false;
    const target = await serve(t, (socket, line) => {
      if (!/PING|GET/.test(line)) return;
      socket.write(first);
      const go = (): void => {
        gone ||= socket.destroyed;
        if (!gone) socket.write(more.repeat(1000), () => setImmediate(go));
      };
      go();
    });
    const ran = await run(t, ['--target', target, '--connections', '1', '--requests', '1', ...words]);
    t.deepEqual([ran.status, ran.written.errors], [1, { 'wrong answer': 1 }]);
    await until(() => gone, 'the server has seen it leave');
  });
}

test.serial('a path where nobody is let in is not knocked at for ever', async (t) => {
  const path = folder(t)('full.sock');
  new Descriptors(t).keep(openListener({ path }, { backlog: 1 })); // two wait there, and nobody accepts
  const words = ['--connections', '4', '--requests', '1', '--patience', '300ms'];
  const ran = await run(t, ['--target', path, ...words]);
  t.deepEqual([ran.status, ran.written.errors, ran.written.unanswered], [1, { 'connect EAGAIN': 2 }, 2]);
});

test.serial('a server that falls silent is not waited for for ever', async (t) => {
  let count = 0;
  const target = await serve(t, (socket) => ++count < 6 && socket.write('PONG\n'));
  const ran = await run(t, ['--target', target, '--connections', '2', '--requests', '9', '--patience', '200ms']);
  t.deepEqual([ran.status, ran.written.unanswered], [1, 2]);
  t.regex(ran.stdout, /^PARTIAL RESULT: no answer for 0\.2 s$/m);
  t.regex(ran.stdout, /^errors +2 requests without an answer$/m);
});

test.serial('a target that dies in the middle ends it, and what there was is shown as partial', async (t) => {
  const server = await startServer(t, EPOLL);
  const loading = start(t, [...at(server), '--duration', '60s', '--connections', '10']);
  await loading.line(/closed loop, for 60\.0 s$/);
  await server.kill();
  t.is(await loading.ended, 1);
  const text = loading.stdout.join('\n');
  t.regex(text, /^PARTIAL RESULT: no connection is left$/m);
  t.regex(text, /^errors +(closed by the server|read ECONNRESET|write EPIPE|write ECONNRESET) /m);
  t.deepEqual(loading.survivors, []);
});

test.serial('Ctrl-C says nothing of how long answers take that it did not let come', async (t) => {
  const took = 300;
  const json = folder(t)('load.json');
  let asked = 0;
  const target = await serve(t, (socket) => {
    if (++asked === 3) loading.child.kill('SIGINT');
    setTimeout(() => socket.write('PONG\n'), took);
  });
  const loading = start(t, ['--target', target, '--connections', '1', '--duration', '60s', '--json', json]);
  t.is(await loading.ended, 130);
  const { requests, roundTrips } = JSON.parse(readFileSync(json, 'utf8')) as Written;
  t.true(requests > 0 && roundTrips.min! >= 1000 * (took - 5), `${roundTrips.min} µs`);
});

for (const [how, signal] of [
  ['Ctrl-C', 'SIGINT'], // from a terminal, to all of them
  ['timeout(1)', 'SIGTERM'], // the same
] as const) {
  test.serial(`${how} in the middle: what there was is shown as partial, written, and nobody is left`, async (t) => {
    const csv = folder(t)('rows.csv');
    const words = ['--duration', '60s', '--processes', '2', '--csv', csv];
    const loading = start(t, [...at(await epoll()), ...words], {}, 'lab/lab.mjs');
    await loading.line(/closed loop, for 60\.0 s$/);
    process.kill(-loading.child.pid!, signal);
    t.is(await loading.ended, 130);
    t.regex(loading.stdout.join('\n'), /^PARTIAL RESULT: interrupted$/m);
    t.regex(loading.stderr.join('\n'), /rows\.csv is written, of a partial result$/m);
    t.is(readFileSync(csv, 'utf8').trim().split('\n').length, 11);
    t.deepEqual(loading.survivors, []);
  });
}
