/** Starvation: who reads until EAGAIN stays with a client that sends fast; who gives each a turn does not. */

import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import * as ep from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, F_SETFL, fcntl, O_NONBLOCK, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';
import { EdgeTriggered } from './edge.ts';
import type { Trigger, Watch } from './server.ts';

const { reads } = toolCommand('starvation', 'show whom a client keeps waiting that sends as fast as it is read')
  .option('--reads <n>', 'after how many reads the fast client has had enough', wholeNumber(1, 1_000_000), 1000)
  .parse()
  .opts<{ reads: number }>();

const request = Memory.allocate(5);
request.bytes.write('PING\n');
const answers = Memory.allocate(4096);

/** Both ends of a connection. */
interface Connection {
  readonly client: number;
  readonly served: number;
}

function connection(): Connection {
  const [client, served] = openSocketpair(SOCK_STREAM);
  for (const fd of [client, served]) check(fcntl(fd, F_SETFL, O_NONBLOCK), 'fcntl');
  return { client, served };
}

/** The service, and its two clients, whose parts are played here: after each read the fast one has sent again. */
class Played implements Carrier {
  readonly #service = new Connections();
  readonly wakeups = this.#service.wakeups;
  readonly fast = connection();
  readonly slow = connection();
  /** How often the fast one was read from. */
  reads = 0;
  /** The slow one has its answer. */
  answered = false;

  // #region fast
  readable(fd: number): Want {
    const answer = this.#service.readable(fd);
    if (fd === this.fast.served && answer & Want.Again) {
      this.reads++;
      check(read(this.fast.client, answers, 0, answers.length), 'read');
      if (this.reads < reads) check(write(this.fast.client, request, 0, request.length), 'write');
    }
    this.answered ||= read(this.slow.client, answers, 0, answers.length) > 0;
    return answer;
  }
  // #endregion fast

  opened(fd: number): Want {
    return this.#service.opened(fd);
  }

  writable(fd: number): Want {
    return this.#service.writable(fd);
  }

  hangup(fd: number): Want {
    return this.#service.hangup(fd);
  }
}

/** As it is often written: who is told of is read from until nothing is left. */
class UntilEagain implements Trigger {
  readonly #epoll: number;
  readonly #carrier: Carrier;

  constructor(epoll: number, carrier: Carrier) {
    this.#epoll = epoll;
    this.#carrier = carrier;
  }

  add(fd: number): void {
    this.#carrier.opened(fd);
    check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_ADD, fd, ep.EPOLLIN | ep.EPOLLET), 'epoll_ctl');
  }

  // #region naive
  told(fd: number): void {
    while (this.#carrier.readable(fd) & Want.Again) {}
  }
  // #endregion naive
  wake(): void {}
}

/** Has both clients ask at once. @returns how often the fast one was read from before the other had its answer */
function readsBeforeAnswer(Watcher: Watch): number {
  const epoll = check(ep.epoll_create1(ep.EPOLL_CLOEXEC), 'epoll_create1');
  const events = new ep.EpollEvents(8);
  const played = new Played();
  const trigger = new Watcher(epoll, played);
  for (const { client, served } of [played.fast, played.slow]) {
    trigger.add(served);
    check(write(client, request, 0, request.length), 'write');
  }
  for (let unfinished = false; !played.answered; unfinished = trigger.turn?.() ?? false) {
    const count = check(ep.epoll_wait(epoll, events, unfinished ? 0 : -1), 'epoll_wait');
    for (let i = 0; i < count; i++) trigger.told(events.fd(i), events.events(i));
  }
  for (const { client, served } of [played.fast, played.slow]) for (const fd of [client, served]) close(fd);
  close(epoll);
  return played.reads;
}

const until = readsBeforeAnswer(UntilEagain);
const turns = readsBeforeAnswer(EdgeTriggered);
const times = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'read' : 'reads'}`;
console.log(
  `Two clients ask at once; one goes on as fast as it is read, ${times(reads)} long. The other has its answer`,
);
console.log(`  when each is read until EAGAIN:  after ${times(until)} of the fast one`);
console.log(`  when each has its turn:          after ${times(turns)} of the fast one`);
