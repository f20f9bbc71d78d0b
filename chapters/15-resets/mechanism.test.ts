/** Resets are what the chapter says: which call is told what, which segments go, whom SIGPIPE ends. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { AF_INET } from '../../lib/sys/address.ts';
import { check, EAGAIN, ECONNRESET, EPIPE } from '../../lib/sys/errors.ts';
import { Descriptors } from '../../lib/sys/fixtures/resources.ts';
import { close, F_SETFL, fcntl, O_NONBLOCK, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { POLLERR, POLLHUP, POLLIN, POLLRDHUP } from '../../lib/sys/poll.ts';
import * as s from '../../lib/sys/socket.ts';
import { type Client, connectTo } from '../../lib/testing/client.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { withoutProc } from '../../lib/testing/lacking.ts';
import { type Program, patiently, type Server, startProgram, startServer } from '../../lib/testing/server.ts';
import { transcript } from '../../lib/testing/transcript.ts';
import * as e from './endings.ts';

const FOLDER = 'chapters/15-resets';
const listener = s.openListener({ host: '127.0.0.1', port: 0 });
const memory = Memory.allocate(1 << 20);

/** Runs a demonstration to its end. @returns what it printed, without empty lines */
async function demonstrate(t: ExecutionContext, name: string, ...args: string[]): Promise<string[]> {
  const program = startProgram(t, `${FOLDER}/${name}.ts`, { args });
  t.is(await program.ended, 0, program.stderr.join('\n'));
  t.deepEqual(program.stderr, []);
  return program.stdout.filter((line) => line !== '');
}

const TEXT = new URL('./README.md', import.meta.url);
/** What the text says that a demonstration prints, without empty lines. */
const shown = (...words: string[]): string[] =>
  transcript(TEXT, ['npx', 'tsx', `${FOLDER}/${words[0]}.ts`, ...words.slice(1)].join(' ')).filter(
    (line) => line !== '',
  );

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
  const lines = await demonstrate(t, 'order');
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
    const lines = await demonstrate(t, 'client', '--port', `${server.port}`, ...calls.split(' '));
    t.deepEqual(
      lines,
      calls.split(' ').map((call, i) => `${call.padEnd(6)} ${told[i]}`),
    );
    if (ending !== 'unread') t.deepEqual(lines, shown('client', calls));
    if (ending === 'reset' && calls === 'wait read read write') {
      t.deepEqual(await demonstrate(t, 'client', '--port', `${server.port}`), lines, 'these calls are the default');
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

test.serial('SIGPIPE ends a child that writes on, where it is not ignored and not asked to stay away', async (t) => {
  const lines = await demonstrate(t, 'killed');
  t.deepEqual(lines, shown('killed'));
  t.deepEqual(lines, [
    'A child writes three times to a peer that is gone.',
    'The peer has closed, and SIGPIPE is ignored, as Node has it when it starts:',
    '  write 1: 5 bytes',
    '  write 2: EPIPE',
    '  write 3: EPIPE',
    '  it ended by itself, with status 0',
    'The peer has closed, and SIGPIPE has its default back:',
    '  write 1: 5 bytes',
    '  it was killed, by SIGPIPE',
    'The peer has reset, and SIGPIPE has its default back:',
    '  write 1: ECONNRESET',
    '  it was killed, by SIGPIPE',
    'The peer has closed, SIGPIPE has its default, and each write is a send with MSG_NOSIGNAL:',
    '  write 1: 5 bytes',
    '  write 2: EPIPE',
    '  write 3: EPIPE',
    '  it ended by itself, with status 0',
  ]);
});

test.serial(
  'Node ignores SIGPIPE whoever starts it, gives its children the default, and a shell passes on what it has',
  async (t) => {
    const expected = [
      'this process, which is Node',
      'SIGPIPE SIGXFSZ',
      'a program that Node has started',
      'none',
      'the same, after a shell ignored SIGPIPE',
      'SIGPIPE',
    ];
    const lines = await demonstrate(t, 'ignored'); // libuv starts it with the default
    t.deepEqual(lines, shown('ignored'));
    t.deepEqual(
      lines.slice(1).flatMap((line) => line.trim().split(/ {2,}/)),
      expected,
    );
  },
);

test('of `yes | head -n 1` the first is ended by SIGPIPE, or complains and fails', (t) => {
  const status = '$PIPESTATUS';
  const shell = (line: string): { stdout: string; stderr: string } =>
    spawnSync('bash', ['-c', line], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
  t.like(shell(`yes | head -n 1; echo ${status}`), { stdout: 'y\n141\n', stderr: '' });
  const { stdout, stderr } = shell(`trap '' PIPE; yes | head -n 1; echo ${status}`);
  t.is(stdout, 'y\n1\n');
  t.is(stderr, 'yes: standard output: Broken pipe\n');
  const later = shell(`trap '' PIPE; bash -c 'trap - PIPE; yes | head -n 1'`);
  t.regex(later.stderr, /Broken pipe/, 'a shell cannot give back what was ignored when it started');
});

test.serial('without /proc the signals that are ignored cannot be told, and a line says so', async (t) => {
  const by = withoutProc();
  if (by === undefined) {
    t.log('NOT CHECKED: a place without /proc cannot be made here');
    t.pass();
    return;
  }
  const program = startProgram(t, `${FOLDER}/ignored.ts`, { by });
  t.is(await program.ended, 1);
  t.deepEqual(program.stdout, []);
  t.regex(program.stderr.join('\n'), /^ignored: there is no \/proc here.*$/);
});

test.serial(
  'a demonstration ends without a word when nobody reads on; a program that sees to nothing, with a stack trace',
  (t) => {
    const head = (...words: string[]): { stdout: string; stderr: string } =>
      spawnSync('sh', ['-c', '"$@" | head -n 1', 'sh', process.execPath, ...words], { encoding: 'utf8' });
    const { stdout, stderr } = head('--import', 'tsx', `${FOLDER}/killed.ts`); // whose lines come one by one
    t.deepEqual([stdout, stderr], ['A child writes three times to a peer that is gone.\n', '']);
    t.regex(
      head('--eval', "setInterval(() => console.log('again'))").stderr,
      /Unhandled 'error' event[\s\S]*write EPIPE/,
    );
  },
);

/** A client that asks, twice, and is gone before the first answer: the server is held until it has left. */
async function leaveEarly(t: ExecutionContext, server: Server): Promise<void> {
  await settled(server);
  process.kill(server.pid, 'SIGSTOP');
  try {
    const client: Client = await connectTo(t, server);
    client.send('PING\nWAIT 200\nPING\n').end();
    await once(client.socket, 'finish');
    client.close(); // it has read nothing, and nothing has come
    await once(client.socket, 'close');
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
}

test.serial('a client that asks twice and leaves ends the fragile server, and no other', async (t) => {
  const fragile = await startServer(t, `${FOLDER}/fragile.ts`);
  await leaveEarly(t, fragile);
  t.is(await patiently(fragile.ended, 'end of the fragile server'), 'SIGPIPE');

  const server = await startServer(t, 'chapters/01-iterative/server.ts');
  await leaveEarly(t, server);
  const client = await connectTo(t, server);
  t.is(await client.send('PING\n').line(), 'PONG');
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

/** The flags of the segments in what capture.ts shows, for each ending; `<` comes from the peer. */
function flagsIn(text: string): Record<string, string> {
  const parts = text.split(/^(\S.*):\n\n/m).slice(1);
  const flags = (lines: string): string =>
    lines
      .match(/^ {2}IP .*$/gm)!
      .map((line) => {
        const [, from, to, flag] = /\.(\d+) > \S+\.(\d+): Flags \[([A-Z.]+)\]/.exec(line)!;
        return `${Number(from) < Number(to) ? '<' : '>'}${flag}`;
      })
      .join(' ');
  return Object.fromEntries(parts.flatMap((title, i) => (i % 2 === 0 ? [[title, flags(parts[i + 1]!)]] : [])));
}

/** What each ending must look like. An acknowledgement alone may come later, and then be part of the next segment. */
const SEGMENTS: Record<string, RegExp> = {
  'Nobody listens': /^>S <R\.$/,
  'The peer closes, then this side': /^>S <S\. >\. <F\. (>\. )?>F\. <\.$/,
  'The peer closes, and is written to all the same': /^>S <S\. >\. <F\. (>\. )?>P\. <R$/,
  'The peer closes with unread bytes': /^>S <S\. >\. >P\. (<\. )?<R\.$/,
  'The peer resets': /^>S <S\. >\. <R\.$/,
};

function isAsSaid(t: ExecutionContext, text: string): void {
  const seen = flagsIn(text);
  t.deepEqual(Object.keys(seen), Object.keys(SEGMENTS));
  for (const [ending, flags] of Object.entries(seen)) t.regex(flags, SEGMENTS[ending]!, ending);
}

test('the segments in the text are those of its five endings: nobody answers a reset', (t) => {
  isAsSaid(t, readFileSync(new URL('./segments.md', import.meta.url), 'utf8'));
});

/** A port that is free now, below those that the kernel gives to clients, as the text has it. */
function freePort(): number {
  for (let port = 18_091; ; port++) {
    try {
      close(s.openListener({ host: '127.0.0.1', port }));
      return port;
    } catch {}
  }
}

test.serial('tcpdump, where it may, sees the same segments now', async (t) => {
  const program = startProgram(t, `${FOLDER}/capture.ts`, { args: ['--port', `${freePort()}`] });
  if ((await program.ended) === 0) {
    isAsSaid(t, `${program.stdout.join('\n')}\n`);
  } else {
    t.log(`NOT CHECKED: ${program.stderr}`);
    t.is(program.stderr.length, 1);
    t.regex(
      program.stderr[0]!,
      /^capture: (there is no tcpdump here; on Debian: apt-get install tcpdump|tcpdump: .*permi)/,
    );
  }
});

/** A tcpdump that says it listens, and sees nothing, for as long as it is left running. */
function blindTcpdump(t: ExecutionContext): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'sockets-tcpdump-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const script = "#!/bin/sh\necho 'listening on lo' >&2\nexec sleep 1000\n";
  writeFileSync(join(directory, 'tcpdump'), script, { mode: 0o755 });
  return ['env', `PATH=${directory}:${process.env.PATH}`];
}

test.serial(
  'a port in use is one line, and no tcpdump is left behind; nor is one that sees nothing waited for',
  async (t) => {
    const fds = new Descriptors(t);
    const own = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
    const { port } = s.getsockname(own) as { port: number };
    const bound = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
    check(s.bind(bound, { host: '127.0.0.1', port: 0 }), 'bind'); // nobody listens, and nobody else may
    const by = blindTcpdump(t);
    for (const [taken, why] of [
      [port, /^capture: port \d+ is in use; see --port$/],
      [(s.getsockname(bound) as { port: number }).port, /^capture: 127\.0\.0\.1:\d+ is already in use$/],
      [freePort(), /^capture: tcpdump has not seen these segments within 10 seconds$/],
    ] as const) {
      const program = startProgram(t, `${FOLDER}/capture.ts`, { args: ['--port', `${taken}`], by });
      t.is(await patiently(program.ended, 'end'), 1);
      t.deepEqual([program.stdout, program.stderr.length, program.survivors], [[], 1, []]);
      t.regex(program.stderr[0]!, why);
    }
  },
);

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
