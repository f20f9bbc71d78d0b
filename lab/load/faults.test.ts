/** `lab load` and servers that are wrong, silent or gone: each is named, and nothing is waited for for ever. */

import { readFileSync } from 'node:fs';
import test from 'ava';
import { startServer } from '../../lib/testing/server.ts';
import { at, EPOLL, epollOf, folder, run, serve, start } from './testing.ts';

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

test.serial('Ctrl-C in the middle: what there was is shown as partial, written, and nobody is left', async (t) => {
  const csv = folder(t)('rows.csv');
  const words = ['--duration', '60s', '--processes', '2', '--csv', csv];
  const loading = start(t, [...at(await epoll()), ...words], {}, 'lab/lab.mjs');
  await loading.line(/closed loop, for 60\.0 s$/);
  process.kill(-loading.child.pid!, 'SIGINT'); // as a terminal does, to all of them
  t.is(await loading.ended, 130);
  t.regex(loading.stdout.join('\n'), /^PARTIAL RESULT: interrupted$/m);
  t.regex(loading.stderr.join('\n'), /rows\.csv is written, of a partial result$/m);
  t.is(readFileSync(csv, 'utf8').trim().split('\n').length, 11);
  t.deepEqual(loading.survivors, []);
});
