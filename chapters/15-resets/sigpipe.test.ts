/** Whom SIGPIPE ends, and whom it does not: children, commands in a pipeline, servers. */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { type Client, connectTo } from '../../lib/testing/client.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { withoutProc } from '../../lib/testing/lacking.ts';
import { patiently, type Server, startProgram, startServer } from '../../lib/testing/server.ts';
import { FOLDER, printed, shown } from './fixtures/demonstrations.ts';

test.serial('SIGPIPE ends a child that writes on, where it is not ignored and not asked to stay away', async (t) => {
  const lines = await printed(t, 'killed');
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
    const lines = await printed(t, 'ignored'); // libuv starts it with the default
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
