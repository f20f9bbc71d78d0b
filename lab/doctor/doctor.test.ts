/** `lab doctor` on this machine, and on others that are played. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { getDescriptorLimit } from '../../lib/sys/resources.ts';
import { refused } from '../../lib/sys/ring.ts';
import { startProgram } from '../../lib/testing/server.ts';
import type { Facts } from './facts.ts';
import type { Verdict } from './verdicts.ts';

const ELSEWHERE = fileURLToPath(new URL('./fixtures/elsewhere.mjs', import.meta.url));

/** Runs it to the end. */
async function doctor(
  t: ExecutionContext,
  words: readonly string[],
  by: readonly string[] = [],
): Promise<{ status: number | string; stdout: string; stderr: string }> {
  const program = startProgram(t, 'lab/lab.mjs', { args: ['doctor', ...words], by });
  const status = await program.ended;
  return { status, stdout: program.stdout.join('\n'), stderr: program.stderr.join('\n') };
}

test('it looks at this machine, and tells what it has found', async (t) => {
  const { status, stdout } = await doctor(t, ['--json']);
  const { facts, chapters } = JSON.parse(stdout) as { facts: Facts; chapters: Verdict[] };
  t.is(facts.platform, process.platform);
  t.is(facts.node, process.versions.node);
  t.is(facts.linux?.uringRefused, refused());
  t.is(facts.linux?.descriptors.hard, getDescriptorLimit().hard);
  t.is(facts.linux?.tools.strace, spawnSync('strace', ['-V']).status === 0);
  t.is(status, chapters.some(({ state }) => state === 'not here') ? 1 : 0);
  t.is(chapters.find(({ chapter }) => chapter.startsWith('13'))?.state === 'not here', refused() !== undefined);
});

test('what it is made to believe it says: few descriptors, one core, no tools, no io_uring', async (t) => {
  const script = 'ulimit -n 64; export PATH=/nowhere; exec "$@"';
  const few = await doctor(t, [], ['taskset', '-c', '0', 'sh', '-c', script, 'sh']);
  t.is(few.status, refused() === undefined ? 0 : 1, few.stderr);
  t.regex(few.stdout, /^descriptors +64 in a process, 64 at most/m);
  t.regex(few.stdout, /^cores +1,/m);
  t.regex(few.stdout, /^ +no strace: apt-get install strace$/m);
  t.regex(
    few.stdout,
    /^09-epoll +limited\n(?: +.*\n)* +a process may have 64 descriptors, so 16 clients and not 10,000\n +→ ulimit -Hn/m,
  );
  t.regex(few.stdout, /^11-reactor +limited\n(?: +.*\n)* +its workers have one core between them, and take turns$/m);
  t.regex(few.stdout, /0 not here$/m);

  const inject = 'inject=io_uring_setup:error=EPERM';
  const by = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=io_uring_setup', '-e', inject];
  const forbidden = await doctor(t, [], by);
  t.is(forbidden.status, 1, forbidden.stderr);
  t.regex(forbidden.stdout, /^13-io-uring +not here\n +io_uring is forbidden here, .*\n +→ .*seccomp=unconfined\)$/m);
});

for (const platform of ['darwin', 'win32']) {
  test(`on ${platform} it says what to do, and needs nothing that cannot be loaded there`, (t) => {
    const words = ['--import', ELSEWHERE, 'lab/lab.mjs', 'doctor'];
    const env = { ...process.env, SOCKETS_PLATFORM: platform };
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
    t.is(status, 1, stderr);
    t.is(stderr, '');
    t.regex(stdout, /^machine +(macOS|Windows) /);
    t.regex(stdout, /\.devcontainer/);
    t.regex(stdout, /^\d+ chapters: 0 native, 0 limited, \d+ not here$/m);
    // The same preload stops what does load them, so that was not for want of trying.
    const load = spawnSync(process.execPath, [...words.slice(0, 3), 'load'], { env, encoding: 'utf8' });
    t.regex(load.stderr, /no file:.*lib\/sys\//);
  });
}

test('a mistake on its command line is one line and status 2', async (t) => {
  const { status, stderr } = await doctor(t, ['--jsn']);
  t.is(status, 2);
  t.is(stderr, "lab doctor: unknown option '--jsn'");
});
