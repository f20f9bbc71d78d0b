/** The loop of one process that loads: opens its connections, sends when the pace says so, checks and measures answers. */

import * as ep from '../../lib/sys/epoll.ts';
import { check, EAGAIN, EINTR, SystemError } from '../../lib/sys/errors.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { Answers } from './answers.ts';
import { Clock } from './clock.ts';
import { Closed } from './closed.ts';
import { Course, type Link } from './course.ts';
import { Flight } from './flight.ts';
import { Meter } from './meter.ts';
import { Open } from './open.ts';
import { Opening } from './opening.ts';
import { Outbox } from './outbox.ts';
import { Hold, type Pace } from './pace.ts';
import { PROGRESS, type Settings } from './settings.ts';
import { show } from './show.ts';
import { isBusy, Sockets } from './sockets.ts';
import { Tally } from './tally.ts';
import { Trickle } from './trickle.ts';

/** So many bytes are read at once. */
const CHUNK = 65_536;

/** The connections of one process, and all that becomes of them. */
export class Engine {
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #clock = new Clock();
  readonly #epoll = check(ep.epoll_create1(ep.EPOLL_CLOEXEC), 'epoll_create1');
  readonly #events = new ep.EpollEvents(512);
  readonly #input = Memory.allocate(CHUNK);
  readonly #sockets: Sockets;
  readonly #flight: Flight;
  readonly #answers: Answers;
  readonly #outbox: Outbox;
  readonly #meter: Meter;
  readonly #pace: Pace;
  readonly #trickle: Trickle | undefined;
  /** By connection: its descriptor, or -1. By descriptor: its connection. */
  readonly #fds: Int32Array;
  #connections = new Int32Array(1024).fill(-1);
  readonly #tally: Tally;
  readonly #opening: Opening;
  readonly #course: Course;

  constructor(settings: Settings, link: Link) {
    const { connections, pipeline, requests, http } = settings;
    this.#settings = settings;
    this.#link = link;
    this.#sockets = new Sockets(settings.addresses, settings.sources, settings.network);
    const stamped = requests.some(({ stamps }) => stamps.length > 0);
    this.#flight = new Flight(connections, pipeline, stamped, this.#clock);
    this.#answers = new Answers(requests, connections, this.#flight, http);
    this.#outbox = new Outbox(requests, this.#flight, settings.first + 1);
    const trips = link.progress.subarray(PROGRESS.trips);
    this.#meter = new Meter(connections, this.#flight, this.#clock, trips, settings.mode === 'open', settings.detailed);
    this.#pace = this.#choose();
    const { readRate } = settings;
    this.#trickle = readRate === undefined ? undefined : new Trickle(connections, readRate, CHUNK, this.#clock);
    this.#fds = new Int32Array(connections).fill(-1);
    this.#tally = new Tally(connections, this.#clock);
    this.#opening = new Opening(settings, this.#clock, this.#tally);
    this.#course = new Course({
      settings,
      link,
      clock: this.#clock,
      flight: this.#flight,
      meter: this.#meter,
      pace: this.#pace,
      trickle: this.#trickle,
      tally: this.#tally,
      opening: this.#opening,
      retire: (connection) => this.#retire(connection),
    });
  }

  #choose(): Pace {
    const { mode, connections, pipeline, each = Number.POSITIVE_INFINITY, think, quiet } = this.#settings;
    const ask = (connection: number, number: number): void => this.#send(connection, number);
    if (mode === 'hold') return new Hold();
    if (mode === 'open') return new Open(connections, pipeline, ask, this.#clock);
    return new Closed(connections, pipeline, each, think, ask, this.#clock, quiet);
  }

  // #region loop
  /** Runs until all is over, and has told what there was to tell. */
  run(): void {
    const { fd: orders } = this.#link;
    check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_ADD, orders, ep.EPOLLIN), 'epoll_ctl');
    for (;;) {
      this.#clock.wake = Number.POSITIVE_INFINITY;
      this.#connect();
      this.#pace.turn();
      this.#resume();
      this.#course.look();
      if (this.#course.stopped) return;
      const wait = Math.max(0, Math.ceil(this.#clock.wake - this.#clock.now));
      const count = ep.epoll_pwait2(this.#epoll, this.#events, wait);
      if (count !== -EINTR) check(count, 'epoll_pwait2');
      this.#clock.read();
      for (let i = 0; i < count; i++) {
        const fd = this.#events.fd(i);
        if (fd === orders) this.#course.obey();
        else this.#ready(this.#connections[fd]!, fd, this.#events.events(i));
      }
    }
  }
  // #endregion loop

  #ready(connection: number, fd: number, events: number): void {
    if (events & ep.EPOLLOUT && !this.#flush(connection, fd)) return;
    if (!(events & ~ep.EPOLLOUT)) return;
    this.#receive(connection, fd);
    if (this.#trickle?.pause(connection) && this.#fds[connection] === fd) this.#watch(connection, fd);
  }

  /** Slow readers whose pause is over may read again. */
  #resume(): void {
    if (this.#trickle === undefined) return;
    for (let connection = this.#trickle.next(); connection >= 0; connection = this.#trickle.next()) {
      const fd = this.#fds[connection]!;
      if (fd >= 0) this.#watch(connection, fd);
    }
  }

  /** Watches a connection for room, where it has something to send, and for something to read, unless it pauses. */
  #watch(connection: number, fd: number): void {
    const input = this.#trickle?.pauses(connection) ? 0 : ep.EPOLLIN;
    const output = this.#outbox.keeps(connection) ? ep.EPOLLOUT : 0;
    check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_MOD, fd, input | output), 'epoll_ctl');
  }

  /** Opens connections whose time has come. */
  #connect(): void {
    while (this.#opening.due()) {
      if (!this.#dial(this.#opening.begun)) return;
      this.#opening.begun++;
      this.#clock.read();
    }
  }

  /** Begins one connection and sends what it asks first. @returns whether it shall not be tried again */
  #dial(connection: number): boolean {
    const fd = this.#sockets.open(connection + this.#settings.first);
    if (fd < 0) {
      const { refusal } = this.#sockets;
      if (isBusy(refusal) && this.#opening.busy()) return false;
      this.#fail(connection, refusal.call, refusal.errno);
      return true;
    }
    if (fd >= this.#connections.length) {
      const longer = new Int32Array(2 * fd).fill(-1);
      longer.set(this.#connections);
      this.#connections = longer;
    }
    this.#fds[connection] = fd;
    this.#connections[fd] = connection;
    this.#tally.open++;
    this.#clock.hear();
    check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_ADD, fd, ep.EPOLLIN), 'epoll_ctl');
    this.#clock.due = this.#clock.now;
    // Over loopback it stands already, and so this spares one being told so.
    this.#send(connection, this.#pace.first(connection));
    return true;
  }

  #send(connection: number, number: number): void {
    const fd = this.#fds[connection]!;
    const sent = this.#outbox.send(connection, fd, number);
    if (sent === 0) this.#tally.stand(connection);
    else if (sent === -EAGAIN) this.#watch(connection, fd);
    else this.#fail(connection, 'write', sent);
  }

  /** @returns whether the connection lives on */
  #flush(connection: number, fd: number): boolean {
    const flushed = this.#outbox.flush(connection, fd);
    if (flushed === -EAGAIN) return true;
    if (flushed < 0) this.#fail(connection, 'write', flushed);
    else {
      this.#tally.stand(connection);
      this.#watch(connection, fd);
    }
    return flushed === 0;
  }

  // #region receive
  /** Reads once; checks and counts what has come, and sends what follows from it. */
  #receive(connection: number, fd: number): void {
    const input = this.#input;
    const count = read(fd, input, 0, this.#trickle?.portion ?? CHUNK);
    if (count <= 0) {
      if (count === -EAGAIN || count === -EINTR) return;
      this.#fail(connection, 'read', count);
      return;
    }
    this.#clock.read(); // once for the answers that came together, and for the requests that follow them
    this.#meter.received += count;
    let answered = 0;
    for (let at = 0; at < count; ) {
      if (this.#flight.counts[connection] === 0) {
        this.#differ(connection, `unasked came ${show(input.bytes.toString('latin1', at, Math.min(count, at + 80)))}`);
        return;
      }
      at = this.#answers.take(connection, input.bytes, at, count);
      if (at < 0) {
        this.#differ(connection, this.#answers.difference);
        return;
      }
      if (!this.#answers.complete) break;
      this.#meter.record(connection);
      this.#flight.pop(connection);
      answered++;
    }
    if (answered === 0) return;
    this.#clock.hear();
    this.#tally.serve(connection);
    const next = this.#pace.answered(connection, answered);
    if (next > 0) {
      this.#clock.due = this.#clock.now;
      this.#send(connection, next);
    } else if (this.#flight.counts[connection] === 0 && this.#pace.finished(connection)) this.#retire(connection);
  }
  // #endregion receive

  /** A connection has failed: with an errno, or at its end, which is 0. */
  #fail(connection: number, call: string, errno: number): void {
    const code = errno === 0 ? 'closed by the server' : new SystemError(errno, call).code;
    const where = this.#tally.stands[connection] === 0 ? 'connect ' : `${call} `;
    this.#error(connection, errno === 0 ? code : where + code);
  }

  #differ(connection: number, difference: string): void {
    this.#tally.differ(this.#settings.first + connection + 1, difference);
    if (this.#flight.counts[connection]! > 0) this.#flight.pop(connection); // that one has its answer, such as it is
    this.#error(connection, 'wrong answer');
  }

  #error(connection: number, what: string): void {
    this.#meter.errors[connection]!++;
    this.#tally.fail(connection, what, this.#flight.clear(connection));
    this.#clock.hear();
    this.#retire(connection);
  }

  /** Closes a connection. */
  #retire(connection: number): void {
    const fd = this.#fds[connection]!;
    if (fd < 0) return;
    this.#fds[connection] = -1;
    this.#connections[fd] = -1;
    this.#answers.forget(connection);
    this.#outbox.forget(connection);
    this.#pace.gone(connection);
    this.#tally.open--;
    close(fd);
  }
}
