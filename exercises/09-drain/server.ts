/** The server of chapter 09, edge-triggered, which reads in small bites: when, and how often, your Drain says. */

import { serve, type Trigger } from '../../chapters/09-epoll/server.ts';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { EPOLL_CTL_ADD, EPOLLERR, EPOLLET, EPOLLHUP, EPOLLIN, EPOLLOUT, epoll_ctl } from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { subject } from '../check/subject.ts';

const NAME = '09-drain';
/** So many bytes are read at once: a few requests are several reads. */
const BITE = 64;
const options = serverCommand(NAME, 'serve any number of clients in one thread, edge-triggered, with your Drain')
  .parse()
  .opts<{ host: string; port: number }>();
const { Drain } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Drain');

class Edge implements Trigger {
  readonly #epoll: number;
  readonly #carrier: Carrier;
  readonly #drain = new Drain((fd) => this.#read(fd));
  /** By descriptor: what it wants. */
  readonly #wants: Want[] = [];
  /** Those whose answers are not all written, although there may be room. */
  #writing: number[] = [];

  constructor(epoll: number, carrier: Carrier) {
    this.#epoll = epoll;
    this.#carrier = carrier;
  }

  // #region edge
  add(fd: number): void {
    this.#wants[fd] = this.#carrier.opened(fd);
    check(epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET), 'epoll_ctl');
  }

  told(fd: number, events: number): void {
    const wants = this.#wants[fd]!;
    if (events & EPOLLIN) this.#drain.told(fd);
    if (wants & Want.Write && events & EPOLLOUT) this.wake(fd);
    else if (events & (EPOLLERR | EPOLLHUP) && !(wants & Want.Read)) this.#apply(fd, this.#carrier.hangup(fd));
  }

  turn(): boolean {
    const writing = this.#writing;
    this.#writing = [];
    for (const fd of writing) if (this.#wants[fd]! & Want.Write) this.wake(fd);
    const more = this.#drain.turn();
    return more || this.#writing.length > 0;
  }

  /** Reads once, and answers. @returns whether there may be more to read */
  #read(fd: number): boolean {
    if (!(this.#wants[fd]! & Want.Read)) return false; // as during a WAIT; when that is over, #apply() tells of it again
    const answer = this.#carrier.readable(fd);
    this.#apply(fd, answer);
    return (answer & Want.Read) !== 0 && (answer & Want.Again) !== 0;
  }
  // #endregion edge

  wake(fd: number): void {
    this.#apply(fd, this.#carrier.writable(fd));
  }

  #apply(fd: number, answer: Want): void {
    const before = this.#wants[fd]!;
    this.#wants[fd] = answer & (Want.Read | Want.Write);
    if (answer & Want.Close) close(fd);
    else if (answer & Want.Read && !(before & Want.Read))
      this.#drain.told(fd); // the kernel may have told meanwhile
    else if (answer & Want.Write && answer & Want.Again) this.#writing.push(fd);
  }
}

const listener = await openServer(NAME, options, { nonblocking: true });
dieOnSignals();
announce(NAME, listener);
serve(listener, new Connections(undefined, undefined, BITE), Edge);
