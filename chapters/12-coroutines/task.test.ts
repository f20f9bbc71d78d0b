/** Tasks: who goes on when, what a timeout and a cancellation do, and that every finally runs. */

import test from 'ava';
import { Reactor } from '../../lib/loop/reactor.ts';
import { Cancelled, spawn, Task, TimedOut } from './task.ts';

/** Turns a reactor, and lets tasks go on, until something is so. */
async function turnUntil(reactor: Reactor, done: () => boolean): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (done()) return;
    reactor.turn();
  }
}

test('tasks sleep beside each other, and wake up in the order of their times', async (t) => {
  const reactor = new Reactor();
  const said: number[] = [];
  for (const time of [20, 5, 10]) {
    spawn(reactor, async (task) => {
      await task.sleep(time);
      said.push(time);
    });
  }
  await turnUntil(reactor, () => said.length === 3);
  t.deepEqual(said, [5, 10, 20]);
});

test('a task that is cancelled runs every finally, from the inside out, and nobody else hears of it', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  const inner = async (task: Task): Promise<void> => {
    try {
      await task.sleep(60_000);
      said.push('not cancelled');
    } finally {
      said.push('inner');
    }
  };
  const task = spawn(reactor, async (task) => {
    try {
      await inner(task);
    } finally {
      await task.sleep(1); // it may wait again
      said.push('outer');
    }
  });
  task.cancel(new Cancelled('enough'));
  await turnUntil(reactor, () => said.length === 2);
  t.deepEqual(said, ['inner', 'outer']);
});

test('a body that takes too long meets TimedOut where it waits; one that does not returns its value', async (t) => {
  const reactor = new Reactor();
  const said: unknown[] = [];
  spawn(reactor, async (task) => {
    said.push(await task.withTimeout(60_000, async () => 'value'));
    try {
      await task.withTimeout(5, () => task.sleep(60_000));
    } catch (error) {
      said.push(error instanceof TimedOut);
    }
    await task.sleep(10); // nothing of the timeout is left
    said.push('on');
  });
  await turnUntil(reactor, () => said.length === 3);
  t.deepEqual(said, ['value', true, 'on']);
});

test('of two timeouts around one another the earlier one counts, and the outer one is its owner’s', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  spawn(reactor, async (task) => {
    try {
      await task.withTimeout(5, async () => {
        try {
          await task.withTimeout(60_000, () => task.sleep(60_000));
        } finally {
          said.push('inner');
        }
      });
    } catch (error) {
      said.push((error as Error).message);
    }
  });
  await turnUntil(reactor, () => said.length === 2);
  t.deepEqual(said, ['inner', 'not done after 5 ms']);
});

test('a timeout that comes when the body is about to go on comes too late', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  const task = new Task(reactor);
  const reason = {};
  const body = task.withTimeout(0, () => task.suspend(reason)).then(() => task.sleep(1));
  void body.then(
    () => said.push('done'),
    (error) => said.push(error.message),
  );
  task.resume(reason); // what it waited for has happened …
  reactor.turn(); // … and in the same turn its time is over
  await turnUntil(reactor, () => said.length === 1);
  t.deepEqual(said, ['done']);
});

test('a task goes on for what it waits for, and for nothing else', async (t) => {
  const task = new Task(new Reactor());
  const [right, wrong] = [{}, {}];
  const waiting = task.suspend(right);
  t.false(task.resume(wrong));
  t.true(task.resume(right));
  t.false(task.resume(right), 'it waits no more');
  await waiting;
});

test('a cancellation that comes between two waits is met at the next one', async (t) => {
  const task = new Task(new Reactor());
  task.cancel(new Cancelled('gone'));
  await t.throwsAsync(task.suspend({}), { instanceOf: Cancelled, message: 'gone' });
});
