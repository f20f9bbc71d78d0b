/** Takes the timer back when the sleep is over: who is cancelled before leaves it behind. @diagnosis timer-left */

import { type Task, TimedOut } from '../../../chapters/12-coroutines/task.ts';

export async function sleep(task: Task, milliseconds: number): Promise<void> {
  const reason = {};
  const callOff = task.reactor.after(milliseconds, () => task.resume(reason));
  await task.suspend(reason);
  callOff();
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
