/** Every chapter's server takes the same options, says where it listens, and tells a mistake in one line. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { ask, dial } from '../lib/testing/client.ts';
import { listeners } from '../lib/testing/kernel.ts';
import { processes } from '../lib/testing/proc.ts';
import { patiently, type Server, startProgram, startServer, until } from '../lib/testing/server.ts';
import { type ServerChapter, serverChapters } from './servers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
type Check = (t: ExecutionContext, chapter: ServerChapter) => Promise<void>;
const checks: Record<string, Check> = {};

/** How a program ended that was not meant to serve. */
interface Ended {
  readonly status: number | NodeJS.Signals;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

async function run(t: ExecutionContext, path: string, args: readonly string[]): Promise<Ended> {
  const program = startProgram(t, path, { args });
  const status = await patiently(program.ended, `end of ${path} ${args.join(' ')}`);
  return { status, stdout: program.stdout, stderr: program.stderr };
}

/** It says one line and ends, with nothing beside: no list of options, no stack trace. */
async function saysOneLine(
  t: ExecutionContext,
  { name, path }: ServerChapter,
  args: readonly string[],
  status: number,
  what: RegExp | string,
): Promise<void> {
  const ended = await run(t, path, args);
  const [line = ''] = ended.stderr;
  const told = `${JSON.stringify(args)}: ${ended.stderr.join('\n')}`;
  t.deepEqual({ ...ended, stderr: ended.stderr.length }, { status, stdout: [], stderr: 1 }, told);
  t.true(line.startsWith(`${name}: `), `it begins with the program's name: ${told}`);
  if (typeof what === 'string') t.is(line, `${name}: ${what}`);
  else t.regex(line, what);
}

checks['lists its options for --help'] = async (t, { name, path }) => {
  const { status, stdout, stderr } = await run(t, path, ['--help']);
  t.deepEqual({ status, stderr }, { status: 0, stderr: [] });
  t.is(stdout[0], `Usage: ${name} [options]`);
  for (const option of ['--host', '--port', '--trace', '--help']) {
    t.is(stdout.filter((line) => line.startsWith(`  ${option} `)).length, 1, `${option} has its line`);
  }
};

checks['tells a mistake in its command line in one line'] = async (t, chapter) => {
  const mistakes: [string[], RegExp][] = [
    [['--wrong'], /unknown option '--wrong'/],
    [['--port', 'x\ny'], /'--port <port>' argument 'x y' is invalid/],
    [['--port', '70000'], /'--port <port>' argument '70000' is invalid/],
    [['--port'], /'--port <port>' argument missing/],
    [['--port', '0', '8090'], /too many arguments/],
  ];
  await Promise.all(mistakes.map(([args, what]) => saysOneLine(t, chapter, args, 2, what)));
};

checks['tells in one line that it cannot listen there'] = async (t, chapter) => {
  const holder = createServer().listen(0, '127.0.0.1');
  t.teardown(() => holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  // No name server is asked for a name with an empty part.
  const nowhere = 'no..such..host';
  await Promise.all([
    saysOneLine(t, chapter, ['--port', String(port)], 1, `127.0.0.1:${port} is already in use`),
    saysOneLine(t, chapter, ['--port', '0', '--host', nowhere], 1, /no\.\.such\.\.host/),
  ]);
};

/** Starts a server and checks its listening line, the one thing that it prints. @returns what stands before the port */
async function whereItListens(
  t: ExecutionContext,
  { name, path }: ServerChapter,
  args: string[],
): Promise<{ server: Server; where: string }> {
  const server = await startServer(t, path, { args });
  t.is(await ask(t, server, 'PING\n'), 'PONG\n');
  t.is(server.stdout.length, 1);
  t.deepEqual(server.stderr, []);
  const [, itsName, where, port, pid] = /^(\S+) listening on (\S+):(\d+) \(pid (\d+)\)$/.exec(server.stdout[0]!) ?? [];
  t.deepEqual([itsName, port, pid], [name, `${server.port}`, `${server.pid}`]);
  return { server, where: where! };
}

checks['listens on 127.0.0.1 and nowhere else unless told, and says so'] = async (t, chapter) => {
  const { server, where } = await whereItListens(t, chapter, []);
  t.is(where, '127.0.0.1');
  t.true(
    processes(server.child.pid!).some(({ pid }) => pid === server.pid),
    'the pid is of one of its processes',
  );
  t.true(listeners(server).length > 0, 'it or its children hold the listener');
  const { socket } = dial(t, { host: '127.0.0.2', port: server.port });
  const refused = await t.throwsAsync<NodeJS.ErrnoException>(patiently(once(socket, 'connect'), 'answer to connect'));
  t.is(refused?.code, 'ECONNREFUSED');
};

checks['listens on localhost when told to'] = async (t, chapter) => {
  const { where } = await whereItListens(t, chapter, ['--host', 'localhost']);
  t.regex(where, /^(127\.0\.0\.1|\[::1\])$/); // whichever this machine names first
};

const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
if (hasIPv6) {
  checks['listens on ::1 when told to, and not on IPv4'] = async (t, chapter) => {
    const { server, where } = await whereItListens(t, chapter, ['--host', '::1']);
    t.is(where, '[::1]');
    t.deepEqual(listeners(server), [], 'nobody of it listens on IPv4');
  };
}

/** Types a command as at a terminal, where all that it starts is one process group. */
class Typed {
  readonly #group: number;
  readonly #lines: AsyncIterator<string>;
  readonly #kill = (): void => {
    if (this.living.length > 0) process.kill(-this.#group, 'SIGKILL');
  };

  constructor(t: ExecutionContext, command: string) {
    const [file = '', ...args] = command.split(' ');
    const child = spawn(file, args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#group = child.pid!;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    process.on('exit', this.#kill);
    t.teardown(() => {
      this.#kill();
      process.off('exit', this.#kill);
    });
  }

  /** The pids of those whom it has started and who have not ended. */
  get living(): number[] {
    return processes(this.#group).flatMap(({ pid, state }) => (state === 'Z' ? [] : [pid]));
  }

  /** Its next line. */
  async line(): Promise<string> {
    const { value } = await patiently(this.#lines.next(), 'line of output');
    return value;
  }

  /** Ctrl-C. */
  interrupt(): void {
    process.kill(-this.#group, 'SIGINT');
  }
}

checks['runs as its reader types it, and Ctrl-C leaves nobody behind'] = async (t, { name, path }) => {
  const typed = new Typed(t, `npx tsx ${path} --port 0`);
  const form = new RegExp(`^${name} listening on 127\\.0\\.0\\.1:(\\d+) \\(pid (\\d+)\\)$`);
  const [, port, pid] = form.exec(await typed.line()) ?? [];
  t.is(await ask(t, { host: '127.0.0.1', port: Number(port) }, 'PING\n'), 'PONG\n');
  t.true(typed.living.includes(Number(pid)));
  typed.interrupt();
  await until(() => typed.living.length === 0, 'all that the command started has ended');
};

for (const chapter of serverChapters()) {
  for (const [title, check] of Object.entries(checks)) {
    test.serial(`${chapter.name} ${title}`, (t) => check(t, chapter));
  }
}
