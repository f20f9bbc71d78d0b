/** The coroutine server's main loop, which is the iterative server's: accept, serve; but nobody waits for the other. */

import { Reactor } from '../../lib/loop/reactor.ts';
import { Listener } from './connection.ts';
import { run, spawn, type Task } from './task.ts';

// #region serve
/** Serves all clients of a listener, for ever. @param attend serves one client, and closes its descriptor */
export function serve(listener: number, attend: (task: Task, client: number) => Promise<void>): void {
  const reactor = new Reactor();
  spawn(reactor, async (task) => {
    const door = new Listener(task, listener);
    for (;;) {
      const client = await door.accept(); // the others go on, until somebody has connected
      spawn(reactor, (task) => attend(task, client));
    }
  });
  run(reactor);
}
// #endregion serve
