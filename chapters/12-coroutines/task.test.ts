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

test('who sleeps for no time at all lets the others have their turn', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    spawn(reactor, async (task) => {
      for (let i = 0; i < 3; i++) {
        await task.sleep(0);
        said.push(name);
      }
    });
  }
  await turnUntil(reactor, () => said.length === 9);
  t.is(said.join(''), 'abcabcabc');
});

test('of two timeouts around one another the inner one may be over first, and the outer one still counts', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  spawn(reactor, async (task) => {
    try {
      await task.withTimeout(20, async () => {
        await task
          .withTimeout(5, () => task.sleep(60_000))
          .catch(({ message }: Error) => {
            said.push(message);
          });
        said.push('on');
        await task.sleep(60_000);
      });
    } catch (error) {
      said.push((error as Error).message);
    }
  });
  await turnUntil(reactor, () => said.length === 3);
  t.deepEqual(said, ['not done after 5 ms', 'on', 'not done after 20 ms']);
});

/** Lets time pass, so that all timers of up to a millisecond are due in the next turn. */
function due(): void {
  const end = performance.now() + 2;
  while (performance.now() < end);
}

test('of two timeouts that are over at once both end, and nothing of them is left', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  spawn(reactor, async (task) => {
    try {
      await task.withTimeout(0, () =>
        task.withTimeout(1, () => {
          const sleep = task.sleep(60_000);
          due();
          return sleep;
        }),
      );
    } catch (error) {
      said.push((error as Error).message);
    }
    await task.sleep(5);
    said.push('on');
  });
  await turnUntil(reactor, () => said.length === 2);
  t.deepEqual(said, ['not done after 0 ms', 'on']);
});

test('an outer timeout is not lost when an inner one is over in the same turn, and comes too late itself', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  const task = new Task(reactor);
  const reason = {};
  const body = task.withTimeout(0, async () => {
    await task.withTimeout(1, () => task.suspend(reason));
    said.push('on');
    await task.sleep(60_000);
  });
  body.catch(({ message }: Error) => said.push(message));
  due();
  task.resume(reason); // what it waited for has happened …
  reactor.turn(); // … and in the same turn both times are over
  await turnUntil(reactor, () => said.length === 2);
  t.deepEqual(said, ['on', 'not done after 0 ms']);
});

test('a task that is cancelled twice meets one where it waits and the other at its next wait', async (t) => {
  const reactor = new Reactor();
  const said: string[] = [];
  const task = spawn(reactor, async (task) => {
    try {
      await task.sleep(60_000);
    } catch (error) {
      said.push((error as Error).message);
      throw error;
    } finally {
      try {
        await task.sleep(60_000); // a `finally` may wait, and can be cancelled itself
      } catch (error) {
        said.push((error as Error).message);
      }
      await task.sleep(0);
      said.push('finally');
    }
  });
  task.cancel(new Cancelled('first'));
  task.cancel(new Cancelled('second'));
  await turnUntil(reactor, () => said.length === 3);
  t.deepEqual(said, ['first', 'second', 'finally']);
});

test('a cancellation is not lost when a time is over in the same turn, whichever comes first', async (t) => {
  for (const timeFirst of [true, false]) {
    const task = new Task(new Reactor());
    const reason = {};
    const body = task.withTimeout(0, () => task.suspend(reason));
    task.resume(reason);
    if (!timeFirst) task.cancel(new Cancelled('gone'));
    due();
    task.reactor.turn();
    if (timeFirst) task.cancel(new Cancelled('gone'));
    await body;
    await t.throwsAsync(task.suspend({}), { message: 'gone' });
  }
});
