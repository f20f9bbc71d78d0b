/** The same, with what both have in common said once: a timer that runs for as long as a body does. */

import { type Task, TimedOut } from '../../chapters/12-coroutines/task.ts';

/** Carries out a body while a timer runs, which is taken back however that ends. @param rings is called if it comes to that */
async function during<T>(task: Task, milliseconds: number, rings: () => void, body: () => Promise<T>): Promise<T> {
  const callOff = task.reactor.after(milliseconds, rings);
  try {
    return await body();
  } finally {
    callOff();
  }
}

/**
 * Waits for so many milliseconds.
 *
 * @throws what the task is cancelled with meanwhile; nothing of the sleep is left then
 */
export function sleep(task: Task, milliseconds: number): Promise<void> {
  const reason = {};
  return during(
    task,
    milliseconds,
    () => task.resume(reason),
    () => task.suspend(reason),
  );
}

/**
 * Lets a body of code take so many milliseconds at most.
 *
 * @returns what it returns
 * @throws what it throws; TimedOut when its time is over, and then its `finally` blocks have run
 */
export function withTimeout<T>(task: Task, milliseconds: number, body: () => Promise<T>): Promise<T> {
  const over = new TimedOut(`not done after ${milliseconds} ms`);
  return during(task, milliseconds, () => task.cancel(over), body).finally(() => task.uncancel(over));
}
