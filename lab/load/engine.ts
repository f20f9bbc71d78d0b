/** The loop of one process that loads: opens its connections, sends when the pace says so, checks and measures answers. */

import * as ep from '../../lib/sys/epoll.ts';
import { check, EAGAIN, EINTR, SystemError } from '../../lib/sys/errors.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { Answers, show } from './answers.ts';
import { Clock } from './clock.ts';
import { Closed } from './closed.ts';
import { Flight } from './flight.ts';
import { Meter } from './meter.ts';
import { Open } from './open.ts';
import { Outbox } from './outbox.ts';
import { Hold, type Pace } from './pace.ts';
import { type Go, type Meeting, type News, type Order, PROGRESS, type Report, type Settings } from './settings.ts';
import { isBusy, Sockets } from './sockets.ts';

/** So many bytes are read at once. */
const CHUNK = 65_536;
/** So many connections may wait for their first answer before another is opened, lest they overflow the backlog. */
const CROWD = 1000;
/** When nobody has had a first answer for so long, in microseconds, that does not help any more. */
const PATIENT = 200_000;
/** So long after the last sign of life the meeting is over, whoever has had no answer. */
const MET = 500_000;
/** A Unix socket's full backlog is asked again after so long. */
const BUSY = 1000;
/** So long the loop sleeps at most, so that progress is told. */
const TELL = 100_000;
/** So many wrong answers are shown. */
const DIFFERENCES = 3;

/** Why a result is partial that somebody did not want whole. */
const INTERRUPTED = 'interrupted';

/** What a process has of the one that started it. */
export interface Link {
  /** A descriptor that is readable when there is an order. */
  readonly fd: number;
  /** What has come; none where it was not a whole line. The end is an order to stop. */
  orders(): Order[];
  say(news: News): void;
  /** In memory that both see, PROGRESS.length numbers. */
  readonly progress: Float64Array;
}

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
  /** By connection: its descriptor, or -1. By descriptor: its connection. */
  readonly #fds: Int32Array;
  #connections = new Int32Array(1024).fill(-1);
  /** By connection: whether it stood, and whether it has had an answer. */
  readonly #stands: Uint8Array;
  readonly #served: Uint8Array;

  #begun = 0;
  #crowd = CROWD;
  #connected = 0;
  #answered = 0;
  #open = 0;
  #failures = 0;
  readonly #errors: Record<string, number> = {};
  readonly #differences: string[] = [];
  #unanswered = 0;
  #unsent = 0;
  /** Answers that came before time was over, and connections that stood then. */
  #inTime = 0;
  #held = 0;

  /** Times, in microseconds: when the first connection was begun and the last stood, … */
  #connecting = 0;
  #stood = 0;
  /** … when one is opened again, when somebody was answered last, … */
  #opens = 0;
  #heard = 0;
  /** … and from when to when it is measured. */
  #began = 0;
  #ends = Number.POSITIVE_INFINITY;
  #tells = 0;
  /** Processor time that this process had used when it began, in microseconds. */
  #used = 0;

  #met = false;
  #draining = false;
  #go: Go | undefined;
  #partial: string | undefined;
  #stopped = false;

  constructor(settings: Settings, link: Link) {
    const { connections, pipeline, requests, http } = settings;
    this.#settings = settings;
    this.#link = link;
    this.#sockets = new Sockets(settings.addresses, settings.sources, settings.network);
    const stamped = requests.some(({ stamps }) => stamps.length > 0);
    this.#flight = new Flight(connections, pipeline, stamped, this.#clock);
    this.#answers = new Answers(requests, connections, this.#flight, http);
    this.#outbox = new Outbox(requests, this.#flight, settings.first + 1);
    this.#meter = new Meter(connections, this.#flight, this.#clock, settings.mode === 'open', settings.detailed);
    this.#pace = this.#choose();
    this.#fds = new Int32Array(connections).fill(-1);
    this.#stands = new Uint8Array(connections);
    this.#served = new Uint8Array(connections);
  }

  #choose(): Pace {
    const { mode, connections, pipeline, each = Number.POSITIVE_INFINITY, think } = this.#settings;
    const ask = (connection: number, number: number): void => this.#send(connection, number);
    if (mode === 'hold') return new Hold();
    if (mode === 'open') return new Open(connections, pipeline, ask, this.#clock);
    return new Closed(connections, pipeline, each, think, ask, this.#clock);
  }

  // #region loop
  /** Runs until all is over, and has told what there was to tell. */
  run(): void {
    const { fd: orders } = this.#link;
    check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_ADD, orders, ep.EPOLLIN), 'epoll_ctl');
    this.#clock.read();
    this.#connecting = this.#clock.now;
    this.#heard = this.#clock.now;
    this.#began = this.#clock.now;
    this.#used = processorTime();
    for (;;) {
      this.#clock.wake = this.#clock.now + TELL;
      this.#connect();
      this.#pace.turn();
      this.#look();
      if (this.#stopped) return;
      const wait = Math.max(0, Math.ceil(this.#clock.wake - this.#clock.now));
      const count = ep.epoll_pwait2(this.#epoll, this.#events, wait);
      if (count !== -EINTR) check(count, 'epoll_pwait2');
      this.#clock.read();
      for (let i = 0; i < count; i++) {
        const fd = this.#events.fd(i);
        if (fd === orders) this.#obey();
        else this.#ready(this.#connections[fd]!, fd, this.#events.events(i));
      }
    }
  }
  // #endregion loop

  #ready(connection: number, fd: number, events: number): void {
    if (events & ep.EPOLLOUT && !this.#flush(connection, fd)) return;
    if (events & ~ep.EPOLLOUT) this.#receive(connection, fd);
  }

  /** Opens connections whose time has come. */
  #connect(): void {
    while (this.#begun < this.#settings.connections && this.#mayConnect()) {
      if (!this.#dial(this.#begun)) return;
      this.#begun++;
      this.#clock.read();
    }
  }

  /** Whether another connection may be opened now; otherwise the loop wakes when that may be so. */
  #mayConnect(): boolean {
    const { connections, ramp } = this.#settings;
    const due = Math.max(this.#opens, this.#connecting + (this.#begun * ramp) / connections);
    if (this.#clock.now < due) {
      this.#sleepUntil(due);
      return false;
    }
    if (this.#begun - this.#failures - this.#answered < this.#crowd) return true;
    if (this.#clock.now < this.#heard + PATIENT) {
      this.#sleepUntil(this.#heard + PATIENT);
      return false;
    }
    this.#crowd += CROWD;
    this.#heard = this.#clock.now;
    return true;
  }

  #sleepUntil(microseconds: number): void {
    this.#clock.wake = Math.min(this.#clock.wake, microseconds);
  }

  /** Begins one connection and sends what it asks first. @returns whether it shall not be tried again */
  #dial(connection: number): boolean {
    const fd = this.#sockets.open(connection + this.#settings.first);
    if (fd < 0) {
      const { call, errno } = this.#sockets.refusal;
      if (isBusy(this.#sockets.refusal)) {
        this.#opens = this.#clock.now + BUSY;
        this.#sleepUntil(this.#opens);
        return false;
      }
      this.#fail(connection, call, errno);
      return true;
    }
    if (fd >= this.#connections.length) {
      const longer = new Int32Array(2 * fd).fill(-1);
      longer.set(this.#connections);
      this.#connections = longer;
    }
    this.#fds[connection] = fd;
    this.#connections[fd] = connection;
    this.#open++;
    check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_ADD, fd, ep.EPOLLIN), 'epoll_ctl');
    this.#clock.due = this.#clock.now;
    // Over loopback it stands already, and so this spares one being told so.
    this.#send(connection, this.#pace.first(connection));
    return true;
  }

  #send(connection: number, number: number): void {
    const fd = this.#fds[connection]!;
    const sent = this.#outbox.send(connection, fd, number);
    if (sent === 0) {
      if (this.#stands[connection] === 0) this.#stand(connection);
    } else if (sent === -EAGAIN) {
      check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_MOD, fd, ep.EPOLLIN | ep.EPOLLOUT), 'epoll_ctl');
    } else this.#fail(connection, 'write', sent);
  }

  /** @returns whether the connection lives on */
  #flush(connection: number, fd: number): boolean {
    const flushed = this.#outbox.flush(connection, fd);
    if (flushed === -EAGAIN) return true;
    if (flushed < 0) this.#fail(connection, 'write', flushed);
    else {
      if (this.#stands[connection] === 0) this.#stand(connection);
      check(ep.epoll_ctl(this.#epoll, ep.EPOLL_CTL_MOD, fd, ep.EPOLLIN), 'epoll_ctl');
    }
    return flushed === 0;
  }

  #stand(connection: number): void {
    this.#stands[connection] = 1;
    this.#connected++;
    this.#stood = this.#clock.now;
  }

  // #region receive
  /** Reads once; checks and counts what has come, and sends what follows from it. */
  #receive(connection: number, fd: number): void {
    const input = this.#input;
    const count = read(fd, input, 0, CHUNK);
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
    this.#heard = this.#clock.now;
    if (this.#served[connection] === 0) {
      this.#served[connection] = 1;
      this.#answered++;
    }
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
    const where = this.#stands[connection] === 0 ? 'connect ' : `${call} `;
    this.#error(connection, errno === 0 ? code : where + code);
  }

  #differ(connection: number, difference: string): void {
    if (this.#differences.length < DIFFERENCES) {
      this.#differences.push(`connection ${this.#settings.first + connection + 1}: ${difference}`);
    }
    if (this.#flight.counts[connection]! > 0) this.#flight.pop(connection); // that one has its answer, such as it is
    this.#error(connection, 'wrong answer');
  }

  #error(connection: number, what: string): void {
    this.#errors[what] = (this.#errors[what] ?? 0) + 1;
    this.#meter.errors[connection]!++;
    if (this.#served[connection] === 0) this.#failures++;
    const lost = this.#flight.clear(connection);
    if (this.#stands[connection] === 1) this.#unanswered += lost;
    this.#heard = this.#clock.now;
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
    this.#open--;
    close(fd);
  }

  /** Looks whether one part is over and another begins. */
  #look(): void {
    if (this.#clock.now >= this.#tells) this.#tell();
    if (this.#begun < this.#settings.connections && !this.#nobodyThere()) return;
    if (!this.#met) this.#meet();
    const counted = this.#settings.each !== undefined;
    if (!counted && this.#go === undefined) return;
    if (this.#open === 0) {
      if (!counted && !this.#draining) this.#partial ??= 'no connection is left';
      this.#finish();
      return;
    }
    if (!this.#draining && this.#clock.now >= this.#ends) this.#drain();
    if (!this.#draining && !counted) {
      this.#sleepUntil(this.#ends);
      return;
    }
    if (this.#flight.total === 0) {
      if (this.#draining) this.#finish();
    } else if (this.#clock.now >= this.#heard + this.#settings.patience) {
      if (!this.#draining) this.#partial ??= `no answer for ${this.#settings.patience / 1e6} s`;
      this.#finish();
    } else this.#sleepUntil(this.#heard + this.#settings.patience);
  }

  /** Whether each target was tried, and none let anybody in: then it need not be tried for the whole of a ramp. */
  #nobodyThere(): boolean {
    return this.#connected === 0 && this.#open === 0 && this.#failures >= this.#settings.addresses.length;
  }

  /** Says that everybody is connected, when that is so, or will not be. */
  #meet(): void {
    const { mode, patience } = this.#settings;
    const late = this.#clock.now >= this.#heard + (mode === 'hold' ? patience : MET);
    if (this.#answered + this.#failures < this.#begun && this.#open > 0 && !late) return;
    this.#met = true;
    this.#link.say({ met: this.#meeting() });
  }

  /** Time is over: whoever has no request under way leaves; the answers that are under way are waited for. */
  #drain(): void {
    this.#count();
    this.#draining = true;
    this.#heard = this.#clock.now;
    this.#missDue();
    if (this.#go?.more) return;
    this.#pace.stop();
    for (let i = 0; i < this.#begun; i++) if (this.#flight.counts[i] === 0) this.#retire(i);
  }

  /** What there is when time is over. */
  #count(): void {
    this.#inTime = this.#meter.roundTrips.count;
    this.#held = this.#open;
  }

  /** Requests that are due and were not sent have waited as long as they have. */
  #missDue(): void {
    if (this.#pace instanceof Open) this.#unsent += this.#pace.unsent((ticks) => this.#meter.miss(ticks));
  }

  #obey(): void {
    for (const order of this.#link.orders()) {
      if ('stop' in order) {
        this.#partial ??= INTERRUPTED;
        if (!this.#draining) this.#count();
        this.#missDue();
        this.#finish();
        this.#stopped = true;
        return;
      }
      this.#start(order.go);
    }
  }

  /** From now on it counts. */
  #start(go: Go): void {
    this.#go = go;
    this.#draining = false;
    this.#unsent = 0;
    this.#unanswered = 0;
    const { now } = this.#clock;
    this.#ends = now + (go.microseconds ?? Number.POSITIVE_INFINITY);
    this.#heard = now;
    if (this.#settings.each === undefined) {
      this.#began = now;
      this.#used = processorTime();
      this.#meter.restart();
    }
    if (this.#pace instanceof Open && go.rate !== undefined) this.#pace.begin(go.rate, go.microseconds!);
  }

  /** Tells what was measured; with another part to follow, waits for that. */
  #finish(): void {
    if (this.#stopped) return;
    if (!this.#draining && this.#partial !== INTERRUPTED) this.#count();
    // Whoever has no answer by now has waited for it as long as it has.
    for (let i = 0; i < this.#begun; i++) {
      const lost = this.#flight.counts[i]!;
      if (lost === 0) continue;
      for (let k = 0; k < lost; k++) {
        this.#meter.miss(this.#flight.sinceDue(this.#flight.first(i)));
        this.#flight.pop(i);
      }
      if (this.#partial === INTERRUPTED) continue; // it was not given the time
      this.#meter.errors[i]! += lost;
      this.#unanswered += lost;
    }
    this.#tell();
    this.#link.say({ report: this.#report() });
    if (this.#go?.more) {
      this.#go = undefined;
      this.#draining = false;
      this.#ends = Number.POSITIVE_INFINITY;
    } else this.#stopped = true;
  }

  #meeting(): Meeting {
    return {
      connected: this.#connected,
      answered: this.#answered,
      began: this.#connecting,
      stood: this.#stood,
    };
  }

  #report(): Report {
    const meter = this.#meter;
    const rows = meter.rows();
    const { now } = this.#clock;
    return {
      meeting: this.#meeting(),
      requests: meter.answers.reduce((sum, count) => sum + count, 0),
      inTime: this.#inTime,
      received: meter.received,
      began: this.#began,
      ended: Math.min(now, this.#draining ? this.#ends : now),
      processorTime: processorTime() - this.#used,
      roundTrips: meter.roundTrips.pack(),
      ...(meter.service === meter.roundTrips ? {} : { service: meter.service.pack() }),
      timeline: meter.timeline(),
      errors: this.#errors,
      differences: this.#differences,
      unanswered: this.#unanswered,
      unsent: this.#unsent,
      held: this.#held,
      served: this.#served.reduce((sum, one) => sum + one, 0),
      ...(this.#partial === undefined ? {} : { partial: this.#partial }),
      ...(rows === undefined ? {} : { rows }),
    };
  }

  /** Writes down how far it is, for whoever looks. */
  #tell(): void {
    const { progress } = this.#link;
    progress[PROGRESS.connected] = this.#connected;
    progress[PROGRESS.answered] = this.#answered;
    progress[PROGRESS.requests] = this.#meter.roundTrips.count;
    progress[PROGRESS.errors] = Object.values(this.#errors).reduce((sum, count) => sum + count, 0);
    this.#tells = this.#clock.now + TELL;
  }
}

/** What this process has used, in microseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
