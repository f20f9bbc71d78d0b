/** Leaves the sleep to Node's timers, whose turn does not come while the reactor waits. @diagnosis never-wakes */

import { type Task, TimedOut } from '../../../chapters/12-coroutines/task.ts';

export async function sleep(task: Task, milliseconds: number): Promise<void> {
  const reason = {};
  const timer = setTimeout(() => task.resume(reason), milliseconds);
  try {
    await task.suspend(reason);
  } finally {
    clearTimeout(timer);
  }
}

export async function withTimeout<T>(task: Task, milliseconds: number, body: () => Promise<T>): Promise<T> {
  const over = new TimedOut(`not done after ${milliseconds} ms`);
  const callOff = task.reactor.after(milliseconds, () => task.cancel(over));
  try {
    return await body();
  } finally {
    callOff();
    task.uncancel(over);
  }
}
