/** A pool stays at its size, whatever its members die of, and says so in a line for each. */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { until } from '../testing/server.ts';
import { startChild, startWorker } from './launch.ts';
import { Pool } from './pool.ts';

const CHILD = new URL('./fixtures/child.ts', import.meta.url);
const THREAD = new URL('./fixtures/mortal.ts', import.meta.url);

/** Hears what a pool says, on standard error, until the test ends. */
function listen(t: ExecutionContext): string[] {
  const lines: string[] = [];
  const { error } = console;
  console.error = (line: string) => lines.push(line);
  t.teardown(() => {
    console.error = error;
  });
  return lines;
}

/** A child that sleeps for longer than any test. */
const sleeper = (): ChildProcess => spawn('sleep', ['60'], { stdio: 'ignore' });

/** A pool of them. */
function sleepers(t: ExecutionContext, size: number, ended?: (slot: number) => string): Pool<ChildProcess> {
  const pool = new Pool('00-test', size, sleeper, ended);
  t.teardown(() => {
    pool.stop();
    for (const child of pool.members) child?.kill('SIGKILL');
  });
  return pool;
}

const pids = (pool: Pool<ChildProcess>): (number | undefined)[] => pool.members.map((child) => child?.pid);

test.serial('a child that was killed is replaced, in its slot and no other', async (t) => {
  const lines = listen(t);
  const empty: number[] = [];
  const pool = sleepers(t, 3, (slot) => {
    empty.push(slot);
    return ' and left something';
  });
  const [first, second, third] = pids(pool);
  process.kill(second!, 'SIGKILL');
  await until(() => pids(pool)[1] !== second, 'there is another');
  t.deepEqual(lines, [`00-test: child ${second} ended (SIGKILL) and left something; another takes its place`]);
  t.deepEqual(empty, [1]);
  t.deepEqual([pids(pool)[0], pids(pool)[2]], [first, third]);
  t.is(new Set(pids(pool)).size, 3);
});

test.serial('who ends by itself is replaced after a second, not at once', async (t) => {
  const lines = listen(t);
  let started = 0;
  const began = performance.now();
  const pool = new Pool('00-test', 1, () => {
    started++;
    return startChild(CHILD, ['exit'], []);
  });
  t.teardown(() => pool.stop());
  await until(() => started >= 2, 'it was started again');
  t.true(performance.now() - began >= 1000);
  pool.stop();
  t.regex(lines[0]!, /^00-test: child \d+ ended \(status 0\); another takes its place$/);
});

test.serial('after stop() nobody is replaced, and who waits for a place does not get it', async (t) => {
  const lines = listen(t);
  const empty: number[] = [];
  let started = 0;
  const pool = new Pool(
    '00-test',
    2,
    (slot) => {
      started++;
      if (slot === 0) throw new Error('no memory left'); // another try has to wait, for it came to its end at once
      return sleeper();
    },
    (slot) => {
      empty.push(slot);
      return '';
    },
  );
  t.deepEqual([lines.length, empty], [1, [0]]);
  pool.stop();
  for (const child of pool.members) child?.kill('SIGKILL');
  await until(() => empty.length === 2, 'the second has ended as well, and its slot was cleared up');
  t.deepEqual(empty, [0, 1]);
  await new Promise((resolve) => setTimeout(resolve, 1100)); // longer than whoever ended would have had to wait
  t.is(started, 2);
  t.is(lines.length, 1);
});

test.serial('a child that cannot be started is told of, and tried again', async (t) => {
  const lines = listen(t);
  let tries = 0;
  const pool = new Pool('00-test', 2, (slot) => {
    tries++;
    if (slot === 0) throw new Error('no descriptor left');
    return spawn('/nowhere/to/be/found');
  });
  t.teardown(() => pool.stop());
  await until(() => tries >= 4, 'both were tried again');
  pool.stop();
  t.deepEqual(lines.slice(0, 2), [
    '00-test: nobody could be started (no descriptor left); another takes its place',
    '00-test: a child did not start (spawn /nowhere/to/be/found ENOENT); another takes its place',
  ]);
  t.is(pool.members[0], undefined);
});

test.serial('a thread that throws is told of in one line, and replaced', async (t) => {
  const lines = listen(t);
  const pool: Pool<Worker> = new Pool('00-test', 2, () => startWorker(THREAD));
  t.teardown(() => {
    pool.stop();
    for (const thread of pool.members) thread?.terminate();
  });
  const [first, second] = pool.members as [Worker, Worker];
  const ids = [first.threadId, second.threadId];
  first.postMessage('a reason\nof two lines');
  second.postMessage('exit');
  await until(() => pool.members[0] !== first && pool.members[1] !== second, 'there are others');
  t.deepEqual([...lines].sort(), [
    `00-test: thread ${ids[0]} ended (a reason of two lines); another takes its place`,
    `00-test: thread ${ids[1]} ended (status 3); another takes its place`,
  ]);
});
