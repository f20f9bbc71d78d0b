/** Time for tasks: to sleep, and to bound what a body of code takes. As it stands, it is made for Node's own loop. */

import { type Task, TimedOut } from '../../chapters/12-coroutines/task.ts';

/**
 * Waits for so many milliseconds.
 *
 * @throws what the task is cancelled with meanwhile; nothing of the sleep is left then
 */
export async function sleep(_task: Task, milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Lets a body of code take so many milliseconds at most.
 *
 * @returns what it returns
 * @throws what it throws; TimedOut when its time is over, and then its `finally` blocks have run
 */
export async function withTimeout<T>(_task: Task, milliseconds: number, body: () => Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new TimedOut(`not done after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([body(), over]);
}
