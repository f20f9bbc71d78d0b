/** Resets are what the chapter says: which call is told what, and what becomes of what was sent. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { AF_INET } from '../../lib/sys/address.ts';
import { check, EAGAIN, ECONNRESET, EPIPE } from '../../lib/sys/errors.ts';
import { Descriptors } from '../../lib/sys/fixtures/resources.ts';
import { close, F_SETFL, fcntl, O_NONBLOCK, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { POLLERR, POLLHUP, POLLIN, POLLRDHUP } from '../../lib/sys/poll.ts';
import * as s from '../../lib/sys/socket.ts';
import { connectTo } from '../../lib/testing/client.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { type Program, startProgram, startServer } from '../../lib/testing/server.ts';
import * as e from './endings.ts';
import { FOLDER, printed, shown } from './fixtures/demonstrations.ts';

const listener = s.openListener({ host: '127.0.0.1', port: 0 });
const memory = Memory.allocate(1 << 20);

/** A connection with both ends here, closed with the test. */
function connection(t: ExecutionContext): e.Connection & { fds: Descriptors } {
  const fds = new Descriptors(t);
  const both = e.connection(listener);
  fds.keep(both.ours);
  return { ...both, fds };
}

test.serial('each ending is told as the table has it, by whoever asks first, and an error is told once', async (t) => {
  const reset = [
    'read ECONNRESET, read 0, read 0, write EPIPE',
    'write ECONNRESET, write EPIPE, read 0, read 0',
    'SO_ERROR ECONNRESET, read 0, read 0, write EPIPE',
  ];
  const lines = await printed(t, 'order');
  t.deepEqual(lines, shown('order'));
  t.deepEqual(
    lines.slice(1).map((line) => line.trim().replace(/ {2,}/g, ', ')),
    [
      'the peer resets',
      ...reset,
      'the peer closes with unread bytes',
      ...reset,
      'the peer sends 5 bytes, then resets',
      'read 5, read ECONNRESET, read 0, write EPIPE',
      'write ECONNRESET, write EPIPE, read 5, read 0',
      'SO_ERROR ECONNRESET, read 5, read 0, write EPIPE',
      'the peer closes',
      'read 0, read 0, read 0, write 5',
      'write 5, write EPIPE, read 0, read 0',
      'SO_ERROR 0, read 0, read 0, write 5',
      'the peer closes, and is written to',
      'read 0, read 0, read 0, write EPIPE',
      'write EPIPE, write EPIPE, read 0, read 0',
      'SO_ERROR EPIPE, read 0, read 0, write EPIPE',
    ],
  );
});

const RESET = 'a reset has come';
const ECONNRESET_TOLD = 'ECONNRESET, connection reset by peer';
const EPIPE_TOLD = 'EPIPE, broken pipe';
const met: [string, string, string[]][] = [
  ['reset', 'wait read read write', [RESET, ECONNRESET_TOLD, '0, the end', EPIPE_TOLD]],
  ['reset', 'wait write write read', [RESET, ECONNRESET_TOLD, EPIPE_TOLD, '0, the end']],
  ['unread', 'write wait read write', ['5 bytes', RESET, ECONNRESET_TOLD, EPIPE_TOLD]],
  ['close', 'wait read write wait write', ['the end has come', '0, the end', '5 bytes', RESET, EPIPE_TOLD]],
];
for (const [ending, calls, told] of met) {
  test.serial(`a client of a server with --ending ${ending} that makes the calls ${calls} is told so`, async (t) => {
    const server = await startServer(t, `${FOLDER}/reset-server.ts`, { args: ['--ending', ending] });
    const lines = await printed(t, 'client', '--port', `${server.port}`, ...calls.split(' '));
    t.deepEqual(
      lines,
      calls.split(' ').map((call, i) => `${call.padEnd(6)} ${told[i]}`),
    );
    if (ending !== 'unread') t.deepEqual(lines, shown('client', calls));
    if (ending === 'reset' && calls === 'wait read read write') {
      t.deepEqual(await printed(t, 'client', '--port', `${server.port}`), lines, 'these calls are the default');
    }
  });
}

test.serial(
  'with --ending unread the server closes when there is something to leave unread, and not before',
  async (t) => {
    const server = await startServer(t, `${FOLDER}/reset-server.ts`, { args: ['--ending', 'unread'] });
    const client = await connectTo(t, server);
    await settled(server);
    await t.throwsAsync(client.send('PING\n').rest(), { code: 'ECONNRESET' });
  },
);

test('poll tells of a reset unasked, and of an end to who asks for POLLRDHUP', (t) => {
  const [gone, ended] = [connection(t), connection(t)];
  e.reset(gone);
  e.closed(ended);
  t.is(e.arrived(gone.ours, 0), POLLERR | POLLHUP);
  t.is(e.arrived(ended.ours, POLLIN | POLLRDHUP), POLLIN | POLLRDHUP);
  t.is(read(gone.ours, memory, 0, 1), -ECONNRESET);
  t.is(e.arrived(gone.ours, 0), POLLHUP, 'the error has been told');
});

test('a reset throws away what its sender has not delivered yet; what has come can still be read', (t) => {
  const { ours, theirs } = connection(t);
  check(fcntl(theirs, F_SETFL, O_NONBLOCK), 'fcntl');
  let sent = 0;
  for (let count = 0; count >= 0; count = write(theirs, memory, 0, memory.length)) sent += count; // until it is full
  s.setResetOnClose(theirs);
  close(theirs);
  t.not(e.arrived(ours, 0), 0);
  let came = 0;
  let count = read(ours, memory, 0, memory.length);
  for (; count > 0; count = read(ours, memory, 0, memory.length)) came += count;
  t.is(count, -ECONNRESET);
  t.true(came > 0 && came < sent, `${came} of ${sent} bytes`);
});

test('of a client that resets before it is accepted, accept gives a connection all the same', (t) => {
  const fds = new Descriptors(t);
  const client = check(s.socket(AF_INET, s.SOCK_STREAM, 0), 'socket');
  check(s.connect(client, s.getsockname(listener)), 'connect');
  s.setResetOnClose(client);
  close(client);
  const server = fds.keep(s.accept4(listener, s.SOCK_CLOEXEC));
  t.is(read(server, memory, 0, 1), -ECONNRESET);
  t.is(read(server, memory, 0, 1), 0);
});

test('who has ended its own direction is told EPIPE by its first write, and the peer has done nothing', (t) => {
  const { ours, theirs, fds } = connection(t);
  fds.keep(theirs);
  s.shutdown(ours, s.SHUT_WR);
  t.is(write(ours, memory, 0, 1), -EPIPE);
  check(fcntl(ours, F_SETFL, O_NONBLOCK), 'fcntl');
  t.is(read(ours, memory, 0, 1), -EAGAIN);
});

/** The state in which the kernel still keeps connections that a port has closed first; proc_net_tcp(5). */
function inTimeWait(port: number): number {
  const ours = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return lines.filter(([, local = '', , state]) => local.endsWith(ours) && state === '06').length;
}

test('who closes first keeps the connection in TIME_WAIT; who resets keeps nothing', (t) => {
  const fds = new Descriptors(t);
  for (const [end, kept] of [
    [e.reset, 0],
    [e.closed, 1],
  ] as const) {
    const own = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
    const { port } = s.getsockname(own) as { port: number };
    const both = e.connection(own);
    end(both);
    close(both.ours);
    t.is(inTimeWait(port), kept);
  }
});

test('node:net tells of a reset by an event; without a listener for it the process ends', async (t) => {
  const own = new Descriptors(t).keep(s.openListener({ host: '127.0.0.1', port: 0 }));
  const { port } = s.getsockname(own) as { port: number };
  const reset = (): void => {
    const theirs = check(s.accept4(own, s.SOCK_CLOEXEC), 'accept4');
    s.setResetOnClose(theirs);
    close(theirs);
  };
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const told = once(socket, 'close'); // rejects at an error
  reset();
  t.is((await t.throwsAsync<NodeJS.ErrnoException>(told)).code, 'ECONNRESET');

  const program = `const socket = require('node:net').connect(${port}, '127.0.0.1', () => console.log('connected'));
    socket.resume();`;
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  const stderr = text(child.stderr);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  reset();
  t.deepEqual(await ended, [1, null]);
  t.regex(await stderr, /Unhandled 'error' event[\s\S]*read ECONNRESET/);
});

test('help is given, a mistake on the command line is one line and status 2, a missing server one line and status 1', async (t) => {
  const run = async (name: string, ...args: string[]): Promise<Program> => {
    const program = startProgram(t, `${FOLDER}/${name}.ts`, { args });
    await program.ended;
    return program;
  };
  for (const name of ['reset-server', 'fragile', 'client', 'order', 'killed', 'ignored', 'capture']) {
    const [help, mistake] = await Promise.all([run(name, '--help'), run(name, '--wrong')]);
    t.is(await help.ended, 0);
    t.regex(help.stdout[0]!, /^Usage: /);
    t.is(await mistake.ended, 2);
    t.is(mistake.stderr.length, 1, name);
  }
  const wrong = await run('client', 'say');
  t.is(await wrong.ended, 2);
  t.is(wrong.stderr.length, 1);
  const alone = await run('client', '--port', '1');
  t.is(await alone.ended, 1);
  t.deepEqual(alone.stderr, ['client: connect 127.0.0.1:1: connection refused; is reset-server.ts running?']);
});
