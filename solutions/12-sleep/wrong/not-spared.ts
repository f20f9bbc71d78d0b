/** Takes the timer back, but not the error of one that has rung when the body was done. @diagnosis too-late */

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
  try {
    return await body();
  } finally {
    callOff();
  }
}
