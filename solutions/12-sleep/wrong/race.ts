/** Lets the first of two promises win, and the body of the other go on. @diagnosis goes-on */

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
  let callOff = (): void => {};
  const over = new Promise<never>((_, reject) => {
    const late = new TimedOut(`not done after ${milliseconds} ms`);
    callOff = task.reactor.after(milliseconds, () => reject(late));
  });
  try {
    return await Promise.race([body(), over]);
  } finally {
    callOff();
  }
}
