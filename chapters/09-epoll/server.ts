/** epoll: the kernel keeps the set of descriptors, and each wait returns only those that are ready. */

import { Option } from 'commander';
import { LevelTriggered } from '../../lib/loop/level.ts';
import { announce, dieOnSignals, isProgram, openServer, serverCommand } from '../../lib/program/program.ts';
import type { Carrier } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import * as ep from '../../lib/sys/epoll.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { EdgeTriggered } from './edge.ts';

/** What is different between the two ways to be told: how a descriptor is watched, and what its events mean. */
export interface Trigger {
  /** Begins to watch a connection. */
  add(fd: number): void;
  /** The kernel told `events` of a connection. */
  told(fd: number, events: number): void;
  /** Goes on with a connection that woke up by itself. */
  wake(fd: number): void;
  /** Does what the kernel will not tell of again. @returns whether there is more of it, so that the loop must not sleep */
  turn?(): boolean;
}

/** Makes a Trigger for an epoll set. */
export type Watch = new (epoll: number, carrier: Carrier) => Trigger;

// #region loop
/** Serves connections for ever. @param listener a non-blocking socket that listens */
export function serve(listener: number, carrier: Carrier, Watcher: Watch): void {
  const epoll = check(ep.epoll_create1(ep.EPOLL_CLOEXEC), 'epoll_create1');
  const events = new ep.EpollEvents(512);
  const trigger = new Watcher(epoll, carrier);
  const opened = (fd: number): void => trigger.add(fd);
  check(ep.epoll_ctl(epoll, ep.EPOLL_CTL_ADD, listener, ep.EPOLLIN), 'epoll_ctl');

  let unfinished = false;
  for (;;) {
    const timeout = carrier.wakeups.timeout(); // asked in each turn, for it begins the turn of the timers as well
    const count = ep.epoll_wait(epoll, events, unfinished ? 0 : timeout);
    if (count !== -EINTR) check(count, 'epoll_wait');
    for (let i = 0; i < count; i++) {
      const fd = events.fd(i);
      if (fd !== listener) trigger.told(fd, events.events(i));
      else if (!acceptAll(listener, opened)) {
        check(ep.epoll_ctl(epoll, ep.EPOLL_CTL_MOD, listener, 0), 'epoll_ctl'); // out of descriptors: do not spin
        carrier.wakeups.later(listener, ACCEPT_PAUSE);
      }
    }
    for (let fd = carrier.wakeups.next(); fd >= 0; fd = carrier.wakeups.next()) {
      if (fd !== listener) trigger.wake(fd);
      else check(ep.epoll_ctl(epoll, ep.EPOLL_CTL_MOD, listener, ep.EPOLLIN), 'epoll_ctl');
    }
    unfinished = trigger.turn?.() ?? false;
  }
}
// #endregion loop

/** Runs a carrier behind this loop, with the options of a server. @param name the program's */
export async function main(name: string, summary: string, carrier: Carrier): Promise<void> {
  const options = serverCommand(name, summary)
    .addOption(
      new Option('--mode <mode>', 'level: be told as long as it is ready; edge: once, when it becomes so')
        .choices(['level', 'edge'] as const)
        .default('level'),
    )
    .parse()
    .opts<{ host: string; port: number; mode: 'level' | 'edge' }>();
  const listener = await openServer(name, options, { nonblocking: true });
  dieOnSignals();
  announce(name, listener);
  serve(listener, carrier, options.mode === 'edge' ? EdgeTriggered : LevelTriggered);
}

if (isProgram(import.meta.url)) {
  await main('09-epoll', 'serve any number of clients in one thread, with epoll', new Connections());
}
