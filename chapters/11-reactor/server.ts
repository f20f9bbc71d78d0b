/** Reactor: one loop calls whoever left a handler, be it for a connection, a time or a result; others do the computing. */

import { Reactor } from '../../lib/loop/reactor.ts';
import {
  announce,
  dieOnSignals,
  isProgram,
  openServer,
  serverCommand,
  wholeNumber,
} from '../../lib/program/program.ts';
import { endTogether } from '../../lib/program/thread.ts';
import { Want } from '../../lib/service/carrier.ts';
import { Connections, type Offload } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { BurnPool } from './pool.ts';

/** Those who compute, as the loop sees them. */
export interface Pool {
  /** A descriptor, readable when there are results to collect(). */
  readonly results: number;
  burn: Offload;
  collect(): void;
}

/** Runs the server, with its options. @param name the program's @param start starts a pool of so many threads */
export async function main(name: string, summary: string, start: (threads: number) => Promise<Pool>): Promise<void> {
  const options = serverCommand(name, summary)
    .option('--burners <n>', 'how many threads compute for BURN', wholeNumber(1, 64), 2)
    .parse()
    .opts<{ host: string; port: number; burners: number }>();
  const listener = await openServer(name, options, { nonblocking: true });

  // #region pool
  const reactor = new Reactor();
  const pool = await start(options.burners);
  const connections = new Connections((rounds, done) => pool.burn(rounds, done));

  reactor.handle(pool.results, { readable: () => pool.collect() });
  reactor.wake(connections.wakeups, (fd) => apply(fd, connections.writable(fd)));
  // #endregion pool

  // #region connections
  const readable = (fd: number): void => apply(fd, connections.readable(fd));
  const writable = (fd: number): void => apply(fd, connections.writable(fd));
  const hangup = (fd: number): void => apply(fd, connections.hangup(fd));

  /** Whom to call, by what a connection wants. */
  const handlers = {
    [Want.Nothing]: { hangup },
    [Want.Read]: { readable, hangup },
    [Want.Write]: { writable, hangup },
  };

  function apply(fd: number, answer: Want): void {
    if (answer & Want.Close) reactor.close(fd);
    else reactor.handle(fd, handlers[(answer & (Want.Read | Want.Write)) as keyof typeof handlers]);
  }
  // #endregion connections

  // #region accept
  function listen(): void {
    reactor.handle(listener, {
      readable() {
        if (acceptAll(listener, (fd) => apply(fd, connections.opened(fd)))) return;
        reactor.release(listener); // out of descriptors: do not spin
        reactor.after(ACCEPT_PAUSE, listen);
      },
    });
  }
  // #endregion accept

  listen();
  endTogether(`${name}: the main thread`); // Node would wait for the burners, which sleep in read
  dieOnSignals();
  announce(name, listener);
  reactor.run();
}

if (isProgram(import.meta.url)) {
  await main('11-reactor', 'serve many clients in one thread, and compute in others', BurnPool.start);
}
