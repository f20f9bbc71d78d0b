/** The lock of the prethreaded chapter: one thread at a time, no wake-up lost, and no sleep where there is no need. */

import { once } from 'node:events';
import test from 'ava';
import { startWorker } from '../../lib/program/launch.ts';
import { threads } from '../../lib/testing/proc.ts';
import { until } from '../../lib/testing/server.ts';
import { Mutex } from './mutex.ts';

const COUNTER = new URL('./fixtures/counter.ts', import.meta.url);

test('a lock that is free is taken without waiting, as often as it is given back', (t) => {
  const word = new SharedArrayBuffer(4);
  const mutex = new Mutex(word);
  for (let i = 0; i < 3; i++) {
    t.false(mutex.lock());
    t.is(new Int32Array(word)[0], 1);
    mutex.unlock();
    t.is(new Int32Array(word)[0], 0, 'nobody waits: nothing to wake');
  }
});

test.serial('threads that hold it one at a time lose no count', async (t) => {
  const [lock, count] = [new SharedArrayBuffer(4), new SharedArrayBuffer(16)];
  const mutex = new Mutex(lock);
  mutex.lock(); // until all are there, so that they certainly meet
  const times = 50_000;
  const workers = Array.from({ length: 4 }, () => startWorker(COUNTER, { workerData: { lock, count, times } }));
  const said = Promise.all(workers.map((worker) => once(worker, 'message') as Promise<[number]>));
  await Promise.all(workers.map((worker) => once(worker, 'online')));
  mutex.unlock();
  const waited = (await said).map(([number]) => number);
  t.is(new Float64Array(count)[0], 4 * times);
  t.is(new Int32Array(lock)[0] === 1, false, 'nobody has it');
  t.log(`${waited} times one of the four had to wait`);
});

test.serial(
  'all threads that sleep for it are woken, one by whoever lets go and each next one by the one before',
  async (t) => {
    t.timeout(60_000, 'one of them sleeps on');
    const [lock, count] = [new SharedArrayBuffer(4), new SharedArrayBuffer(16)];
    const word = new Int32Array(lock);
    const mutex = new Mutex(lock);
    t.false(mutex.lock());
    const workers = Array.from({ length: 3 }, () => startWorker(COUNTER, { workerData: { lock, count, times: 1 } }));
    const said = Promise.all(workers.map((worker) => once(worker, 'message') as Promise<[number]>));
    await Promise.all(workers.map((worker) => once(worker, 'online')));
    const asleep = (): number => threads(process.pid).filter(({ state }) => state === 'S').length;
    await until(() => word[0] === 2 && asleep() === threads(process.pid).length - 1, 'all threads but this one sleep');
    t.is(new Float64Array(count)[0], 0);
    mutex.unlock();
    t.deepEqual(await said, [[1], [1], [1]]);
    t.is(new Float64Array(count)[0], 3);
  },
);
