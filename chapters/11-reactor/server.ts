/** Reactor: one loop calls whoever left a handler, be it for a connection, a time or a result; others do the computing. */

import { Reactor } from '../../lib/loop/reactor.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { endTogether } from '../../lib/program/thread.ts';
import { Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { BurnPool } from './pool.ts';

const NAME = '11-reactor';
const options = serverCommand(NAME, 'serve many clients in one thread, and compute in others')
  .option('--burners <n>', 'how many threads compute for BURN', wholeNumber(1, 64), 2)
  .parse()
  .opts<{ host: string; port: number; burners: number }>();
const listener = await openServer(NAME, options, { nonblocking: true });

// #region pool
const reactor = new Reactor();
const pool = await BurnPool.start(options.burners);
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
endTogether(`${NAME}: the main thread`); // Node would wait for the burners, which sleep in read
dieOnSignals();
announce(NAME, listener);
reactor.run();
