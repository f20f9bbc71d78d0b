/** The pool of burners: who computes, who waits, and what becomes of a job that is given up. */

import test, { type ExecutionContext } from 'ava';
import { burn } from '../../lib/service/burn.ts';
import { check } from '../../lib/sys/errors.ts';
import { POLLIN, PollFds, poll } from '../../lib/sys/poll.ts';
import { SHUT_WR, shutdown } from '../../lib/sys/socket.ts';
import { BurnPool } from './pool.ts';

/** Rounds that take a while. That a job is still being computed meanwhile is likely, but no test depends on it. */
const LONG = 20_000_000;

/** Starts a pool, whose threads end with the test: what they sleep on has an end then. */
async function start(t: ExecutionContext, threads: number): Promise<BurnPool> {
  const pool = await BurnPool.start(threads);
  t.teardown(() => check(shutdown(pool.results, SHUT_WR), 'shutdown'));
  return pool;
}

/** Waits until a result has come, and collects. With one thread there is never more than one to collect. */
function collect(t: ExecutionContext, pool: BurnPool): void {
  const fds = new PollFds();
  fds.set(pool.results, POLLIN);
  t.is(check(poll(fds, 20_000), 'poll'), 1, 'a result has come');
  pool.collect();
}

test.serial('one thread computes one job after another, in the order in which they came', async (t) => {
  const pool = await start(t, 1);
  const said: string[] = [];
  for (const rounds of [LONG, 0, 300, 1]) pool.burn(rounds, (result) => said.push(`${rounds}: ${result}`));
  t.deepEqual(said, [], 'nobody is told before collect()');
  for (let i = 0; i < 4; i++) collect(t, pool);
  t.deepEqual(
    said,
    [LONG, 0, 300, 1].map((rounds) => `${rounds}: ${burn(rounds)}`),
  );
});

test.serial(
  'a job that is given up while it waits is not handed out: the next result is that of the next job',
  async (t) => {
    const pool = await start(t, 1);
    const said: string[] = [];
    pool.burn(1, () => said.push('first'));
    const giveUp = pool.burn(2, () => said.push('given up'));
    pool.burn(3, () => said.push('third'));
    giveUp();
    giveUp(); // once more does nothing
    collect(t, pool);
    t.deepEqual(said, ['first']);
    collect(t, pool);
    t.deepEqual(said, ['first', 'third'], 'two results were collected, and both of them were wanted');
  },
);

test.serial(
  'a job that is given up while it is computed tells nobody, and its thread takes the next one',
  async (t) => {
    const pool = await start(t, 1);
    const said: number[] = [];
    const giveUp = pool.burn(LONG, (result) => said.push(result));
    giveUp();
    pool.burn(3, (result) => said.push(result));
    giveUp(); // nor does it give up whoever has come after it
    collect(t, pool);
    t.deepEqual(said, []);
    giveUp();
    collect(t, pool);
    t.deepEqual(said, [burn(3)]);
    giveUp();
    pool.burn(4, (result) => said.push(result));
    giveUp();
    collect(t, pool);
    t.deepEqual(said, [burn(3), burn(4)]);
  },
);

test.serial('a job may be given up, and another added, by whoever is told a result', async (t) => {
  const pool = await start(t, 1);
  const said: string[] = [];
  let giveUp = (): void => {};
  pool.burn(1, () => {
    said.push('first');
    giveUp();
    pool.burn(4, () => said.push('fourth'));
  });
  giveUp = pool.burn(2, () => said.push('second'));
  pool.burn(3, () => said.push('third'));
  while (said.length < 3) collect(t, pool); // twice or three times: a quick thread's result is found by the same collect()
  t.deepEqual(said, ['first', 'third', 'fourth']);
});

test.serial('several threads share the jobs, and each result finds the one who asked', async (t) => {
  const pool = await start(t, 3);
  const jobs = Array.from({ length: 50 }, (_, i) => (i % 7) * 1000 + i);
  const said = new Map<number, number>();
  const unwanted = jobs.filter((_, i) => i % 5 === 4);
  for (const rounds of jobs) {
    const giveUp = pool.burn(rounds, (result) => said.set(rounds, result));
    if (unwanted.includes(rounds)) giveUp();
  }
  const wanted = jobs.filter((rounds) => !unwanted.includes(rounds));
  while (said.size < wanted.length) collect(t, pool);
  t.deepEqual(
    [...said].sort(([a], [b]) => a - b),
    wanted.map((rounds) => [rounds, burn(rounds)] as [number, number]).sort(([a], [b]) => a - b),
  );
});
