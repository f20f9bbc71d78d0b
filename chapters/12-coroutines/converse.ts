/** One client of the coroutine server, from its first byte to its last. */

import { burn } from '../../lib/service/burn.ts';
import { Session, Step } from '../../lib/service/session.ts';
import { Connection } from './connection.ts';
import type { Task } from './task.ts';

// #region converse
export async function converse(task: Task, client: number): Promise<void> {
  const connection = new Connection(task, client);
  const session = new Session();
  try {
    for (;;) {
      const step = session.next(connection.output);
      session.keep(); // what it has not looked at leaves the buffer that all share
      await connection.flush();
      switch (step) {
        case Step.Read:
          await connection.readable();
          connection.feed(session);
          break;
        case Step.Write:
          await task.sleep(0); // others first: a fast reader would keep us here for ever
          break;
        case Step.Wait:
          await task.sleep(session.amount);
          session.resume(connection.output);
          break;
        case Step.Burn:
          await task.sleep(0);
          session.resume(connection.output, burn(session.amount));
          break;
        case Step.Close:
          if (!session.ended) await connection.finish();
          return;
      }
    }
  } finally {
    connection.close(); // however it ended
  }
}
// #endregion converse
