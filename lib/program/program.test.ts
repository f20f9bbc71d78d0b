/** The command line of every program, and how it ends when its user makes a mistake or the machine says no. */

import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import {
  Descriptors,
  type Outcome,
  outcome,
  program,
  run,
  start,
  temporaryDirectory,
  tsx,
} from '../sys/fixtures/resources.ts';
import { getsockname, openListener } from '../sys/socket.ts';
import { wholeNumber } from './program.ts';

const SERVER = new URL('./fixtures/server.ts', import.meta.url);
const MAIN = new URL('./fixtures/main.ts', import.meta.url);

function server(t: ExecutionContext, ...words: string[]): Promise<Outcome> {
  return run(t, program(SERVER, ...words));
}

/** Nothing but one line of the program's own on standard error: no stack trace, no second line. */
function assertOneLine(t: ExecutionContext, { status, stdout, stderr }: Outcome, expected: number, line: RegExp): void {
  t.regex(stderr, /^00-fixture: [^\n]+\n$/);
  t.regex(stderr, line);
  t.notRegex(stderr, /\.(ts|mjs|js):\d|node:/);
  t.is(stdout, '');
  t.is(status, expected);
}

test('--help lists the options of every server and those of the program, and exits with 0', async (t) => {
  const { status, stdout, stderr } = await server(t, '--help');
  t.is(status, 0);
  t.is(stderr, '');
  t.regex(stdout, /^Usage: 00-fixture \[options\]\n\nlisten and do nothing else\n/);
  for (const option of ['host <host>', 'port <port>', 'trace <file>', 'children <n>', 'sleep', 'help']) {
    t.regex(stdout, new RegExp(`^  --${option} `, 'm'));
  }
});

const mistakes: [string, string[], RegExp][] = [
  ['an unknown option', ['--prot', '8090'], /unknown option '--prot'\n$/],
  ['an excess argument', ['8090'], /too many arguments/],
  ['a port that is no number', ['--port', 'http'], /'http' is invalid. It takes a whole number from 0 to 65535/],
  ['a port that is too large', ['--port', '65536'], /'65536' is invalid/],
  ['a negative port', ['--port', '-1'], /'-1' is invalid/],
  ['a port of several lines', ['--port', '1\n2\n\n3'], /'1 2 3' is invalid/],
  ['an option without its value', ['--port'], /'--port <port>' argument missing/],
  ['an empty host', ['--host', ''], /It takes an address or a name/],
  ["a value out of range of the program's own option", ['--children', '5'], /a whole number from 1 to 4/],
  ['a trace without a file', ['--trace'], /'--trace <file>' argument missing/],
  ['an option in place of the trace file', ['--trace', '--help'], /argument '--help' is invalid. It takes a file/],
  ['a trace file like an option', ['--trace=-x'], /argument '-x' is invalid. It takes a file/],
  ['an empty trace file', ['--trace='], /argument '' is invalid. It takes a file/],
  ['an empty trace file after another', ['--trace', 'FILE', '--trace', ''], /argument '' is invalid/],
];
for (const [mistake, words, line] of mistakes) {
  test(`${mistake} is told in one line, with exit status 2`, async (t) => {
    assertOneLine(t, await server(t, ...words), 2, line);
  });
}

test('a mistake, or --help, leaves the trace file as it was', async (t) => {
  const file = join(temporaryDirectory(t), 'FILE');
  writeFileSync(file, 'of yesterday\n');
  for (const [word, status] of [
    ['--help', 0],
    ['--prot', 2],
  ] as const) {
    t.is((await server(t, '--trace', file, word)).status, status);
    t.is(readFileSync(file, 'utf8'), 'of yesterday\n', word);
  }
});

const refusals: [string, string, RegExp][] = [
  ['an address of another machine', '203.0.113.77', /203\.0\.113\.77:0 is not an address of this machine/],
  ['a name that does not resolve', 'no..name', /getaddrinfo \w+ no\.\.name/],
  ['a name of several lines', 'no\nname', /getaddrinfo \w+ no name/],
  ['an address with a zone', 'fe80::1%lo', /not a numeric address: fe80::1%lo/],
];
for (const [refusal, host, line] of refusals) {
  test(`${refusal} is told in one line, with exit status 1`, async (t) => {
    assertOneLine(t, await server(t, '--host', host, '--port', '0'), 1, line);
  });
}

test('a port in use is told in one line, with exit status 1', async (t) => {
  const fds = new Descriptors(t);
  for (const host of ['127.0.0.1', '::1']) {
    const { port } = getsockname(fds.keep(openListener({ host, port: 0 }))) as { port: number };
    assertOneLine(t, await server(t, '--host', host, '--port', `${port}`), 1, new RegExp(`:${port} is already in use`));
  }
});

/** The words before a command that take from it the right to privileged ports; undefined where that cannot be done. */
function unprivileged(): string[] | undefined {
  const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'latin1'));
  if (first <= 1) return undefined;
  if (process.getuid?.() !== 0) return [];
  const words = ['setpriv', '--bounding-set=-net_bind_service'];
  return spawnSync(words[0]!, [...words.slice(1), 'true']).status === 0 ? words : undefined;
}

test('a privileged port is told in one line, with exit status 1', async (t) => {
  const words = unprivileged();
  if (words === undefined) {
    t.log('NOT CHECKED: every port is free to everybody here, or root cannot do without that right (no setpriv)');
    t.pass();
    return;
  }
  const refused = await run(t, [...words, ...program(SERVER, '--port', '1')]);
  assertOneLine(t, refused, 1, /bind 127\.0\.0\.1:1: permission denied \(ports below 1024 may need root\)/);
});

const listening: [string, string[], RegExp][] = [
  ['an IPv4 address', ['--host', '127.0.0.1'], /^127\.0\.0\.1:[1-9]\d*$/],
  ['an IPv6 address', ['--host', '::1'], /^\[::1\]:[1-9]\d*$/],
  ['a name', ['--host', 'localhost'], /^(127\.0\.0\.1|\[::1\]):[1-9]\d*$/],
  ['no host', [], /^127\.0\.0\.1:[1-9]\d*$/],
];
for (const [host, words, where] of listening) {
  test(`the listening line tells the port that was taken and the pid, given ${host}`, async (t) => {
    const child = start(t, program(SERVER, ...words, '--port', '0'));
    const { status, stdout, stderr } = await outcome(child);
    t.is(stderr, '');
    t.is(status, 0);
    const [, address, pid] = /^00-fixture listening on (\S+) \(pid (\d+)\)\n$/.exec(stdout) ?? [];
    t.regex(address!, where);
    t.is(pid, `${child.pid}`);
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a program that sleeps in a system call, though it has a handler that would not run`, async (t) => {
    const child = start(t, program(SERVER, '--port', '0', '--sleep'));
    const ended = outcome(child);
    child.stdout!.once('data', () => child.kill(signal));
    t.like(await ended, { status: null, signal, stdout: 'asleep\n', stderr: '' });
  });
}

test('a whole number is decimal digits within its bounds, and nothing else', (t) => {
  const parse = wholeNumber(10, 1000);
  fc.assert(
    fc.property(fc.integer({ min: -2000, max: 2000 }), (value) => {
      if (value >= 10 && value <= 1000) t.is(parse(`${value}`), value);
      else t.throws(() => parse(`${value}`), { instanceOf: InvalidArgumentError });
    }),
  );
  t.is(parse('0010'), 10);
  for (const text of ['', ' ', ' 10', '10 ', '+10', '1e2', '0x10', '10.0', '1_0', '٣٣', 'NaN', 'Infinity', '10\n']) {
    t.throws(() => parse(text), { instanceOf: InvalidArgumentError }, JSON.stringify(text));
  }
});

test('the program is the module that was started, by whichever path, and not the one that it imports', async (t) => {
  const link = join(temporaryDirectory(t), 'linked.ts');
  symlinkSync(fileURLToPath(MAIN), link);
  for (const path of [fileURLToPath(MAIN), fileURLToPath(MAIN).replace(/\.ts$/, ''), link]) {
    const { stdout, stderr } = await run(t, tsx(path));
    t.is(stderr, '');
    t.deepEqual(JSON.parse(stdout), { main: true, imported: false }, path);
  }
  const imported = await run(t, tsx('--input-type=module', '--eval', `import '${MAIN}'`, 'a-word'));
  t.is(imported.stderr, '');
  t.deepEqual(JSON.parse(imported.stdout), { main: false, imported: false });
});

test('in a bundle nobody is told to be the program', async (t) => {
  const { status, stdout, stderr } = await run(t, program(MAIN));
  t.not(status, 0);
  t.is(stdout, '');
  t.regex(stderr, /main-\w+\.mjs is a bundle: which of its modules was started, nobody can tell/);
});
