/** Time for tasks: to sleep, and to bound what a body of code takes. The reactor keeps it, as it keeps the sockets. */

import { type Task, TimedOut } from '../../chapters/12-coroutines/task.ts';

/**
 * Waits for so many milliseconds.
 *
 * @throws what the task is cancelled with meanwhile; nothing of the sleep is left then
 */
export async function sleep(task: Task, milliseconds: number): Promise<void> {
  const reason = {};
  const callOff = task.reactor.after(milliseconds, () => task.resume(reason));
  try {
    await task.suspend(reason); // it may be cancelled here
  } finally {
    callOff();
  }
}

/**
 * Lets a body of code take so many milliseconds at most.
 *
 * @returns what it returns
 * @throws what it throws; TimedOut when its time is over, and then its `finally` blocks have run
 */
export async function withTimeout<T>(task: Task, milliseconds: number, body: () => Promise<T>): Promise<T> {
  const over = new TimedOut(`not done after ${milliseconds} ms`);
  // The body meets the error where it waits, and comes here by way of its own `finally`.
  const callOff = task.reactor.after(milliseconds, () => task.cancel(over));
  try {
    return await body(); // awaited here, or `finally` would not wait for it
  } finally {
    callOff();
    task.uncancel(over); // the time was over when the body was about to go on: then it was in time
  }
}
