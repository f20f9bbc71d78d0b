/** Takes the timeout back when the body has returned; one that throws leaves it behind. @diagnosis still-armed */

import { type Task, TimedOut } from '../../../chapters/12-coroutines/task.ts';

export async function sleep(task: Task, milliseconds: number): Promise<void> {
  const reason = {};
  const callOff = task.reactor.after(milliseconds, () => task.resume(reason));
  try {
    await task.suspend(reason);
  } finally {
    callOff();
  }
}

export async function withTimeout<T>(task: Task, milliseconds: number, body: () => Promise<T>): Promise<T> {
  const over = new TimedOut(`not done after ${milliseconds} ms`);
  const callOff = task.reactor.after(milliseconds, () => task.cancel(over));
  const value = await body();
  callOff();
  task.uncancel(over);
  return value;
}
