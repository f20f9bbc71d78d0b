/** The course of a load in one process: everybody meets the server, it is measured, and told; perhaps once more. */

import type { Clock } from './clock.ts';
import { Closed } from './closed.ts';
import type { Flight } from './flight.ts';
import { TICKS } from './histogram.ts';
import type { Meter } from './meter.ts';
import { Open } from './open.ts';
import type { Opening } from './opening.ts';
import type { Pace } from './pace.ts';
import type { Go, News, Order, Report, Settings } from './settings.ts';
import type { Tally } from './tally.ts';
import type { Trickle } from './trickle.ts';

/** So often it is told how far it is. */
const TELL = 100_000;
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

/** What a course looks at, and acts on. */
interface Parts {
  readonly settings: Settings;
  readonly link: Link;
  readonly clock: Clock;
  readonly flight: Flight;
  readonly meter: Meter;
  readonly pace: Pace;
  readonly trickle: Trickle | undefined;
  readonly tally: Tally;
  readonly opening: Opening;
  /** Closes a connection. */
  readonly retire: (connection: number) => void;
}

/** Where a process is in its load. Times are in microseconds. */
export class Course {
  /** Whether all is over, and was told. */
  stopped = false;
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #flight: Flight;
  readonly #meter: Meter;
  readonly #pace: Pace;
  readonly #trickle: Trickle | undefined;
  readonly #tally: Tally;
  readonly #opening: Opening;
  readonly #retire: (connection: number) => void;
  /** From when to when it is measured. */
  #began: number;
  #ends = Number.POSITIVE_INFINITY;
  #tells = 0;
  /** Processor time that this process had used when it began. */
  #used = processorTime();
  #met = false;
  #draining = false;
  #go: Go | undefined;
  #partial: string | undefined;

  constructor({ settings, link, clock, flight, meter, pace, trickle, tally, opening, retire }: Parts) {
    this.#settings = settings;
    this.#link = link;
    this.#clock = clock;
    this.#flight = flight;
    this.#meter = meter;
    this.#pace = pace;
    this.#trickle = trickle;
    this.#tally = tally;
    this.#opening = opening;
    this.#retire = retire;
    this.#began = clock.now;
  }

  /** Looks whether one part is over and another begins. */
  look(): void {
    if (this.#clock.now >= this.#tells) this.#tell();
    this.#clock.wakeBy(this.#tells);
    if (!this.#opening.over) return;
    if (!this.#met) this.#meet();
    const counted = this.#settings.each !== undefined;
    if (!counted && this.#go === undefined) return;
    if (this.#tally.open === 0) {
      if (!counted && !this.#draining) this.#partial ??= 'no connection is left';
      this.#finish();
      return;
    }
    if (!this.#draining && this.#clock.now >= this.#ends) this.#drain();
    if (!this.#draining && !counted) {
      this.#clock.wakeBy(this.#ends);
      return;
    }
    if (this.#flight.total === 0) {
      if (this.#draining) this.#finish();
    } else if (this.#clock.now >= this.#clock.heard + this.#settings.patience) {
      if (!this.#draining) this.#partial ??= `no answer for ${this.#settings.patience / 1e6} s`;
      this.#finish();
    } else this.#clock.wakeBy(this.#clock.heard + this.#settings.patience);
  }

  /** Says that everybody is connected, when that is so, or will not be. */
  #meet(): void {
    const { mode, patience, meeting } = this.#settings;
    const { answered, failures, connected, open, greeted } = this.#tally;
    // Who is far away may take longer than that to answer, but has let somebody in by then.
    // Not counted from the last answer: a server that serves some and not the others answers those for ever.
    const ends = greeted + (mode === 'hold' || connected === 0 ? patience : meeting);
    if (answered + failures < this.#opening.begun && open > 0 && this.#clock.now < ends) {
      this.#clock.wakeBy(ends);
      return;
    }
    this.#met = true;
    this.#link.say({ met: this.#tally.meeting() });
  }

  /** Time is over: whoever has no request under way leaves; the answers that are under way are waited for. */
  #drain(): void {
    this.#count();
    this.#draining = true;
    this.#clock.hear();
    this.#trickle?.end();
    this.#pace.rest();
    if (this.#go?.more) return;
    this.#pace.stop();
    for (let i = 0; i < this.#opening.begun; i++) if (this.#flight.counts[i] === 0) this.#retire(i);
  }

  /** What there is when time is over. Requests that are due and were not sent have waited as long as they have. */
  #count(): void {
    this.#tally.inTime = this.#meter.roundTrips.count;
    this.#tally.held = this.#tally.open;
    if (this.#pace instanceof Open) this.#tally.unsent += this.#pace.unsent((ticks) => this.#meter.miss(ticks));
  }

  /** Does what it was told. */
  obey(): void {
    for (const order of this.#link.orders()) {
      if ('stop' in order) {
        this.#partial ??= INTERRUPTED;
        this.#finish();
        this.stopped = true;
        return;
      }
      this.#start(order.go);
    }
  }

  /** From now on it counts. */
  #start(go: Go): void {
    this.#go = go;
    this.#draining = false;
    this.#tally.restart();
    const { now } = this.#clock;
    this.#ends = now + (go.microseconds ?? Number.POSITIVE_INFINITY);
    this.#clock.hear();
    if (this.#settings.each === undefined) {
      this.#began = now;
      this.#used = processorTime();
      this.#meter.restart();
    }
    this.#trickle?.begin();
    if (this.#pace instanceof Closed) this.#pace.begin();
    if (this.#pace instanceof Open && go.rate !== undefined) this.#pace.begin(go.rate, go.microseconds!);
  }

  /** Tells what was measured; with another part to follow, waits for that. */
  #finish(): void {
    if (this.stopped) return;
    if (!this.#draining) this.#count();
    // Whoever has no answer by now has waited for it as long as it has. Where it was not given the time, that tells
    // something only if it is longer than for any answer.
    const interrupted = this.#partial === INTERRUPTED;
    const least = interrupted ? this.#meter.roundTrips.most * TICKS : 0;
    for (let i = 0; i < this.#opening.begun; i++) {
      const lost = this.#flight.counts[i]!;
      if (lost === 0) continue;
      for (let k = 0; k < lost; k++) {
        const waited = this.#flight.sinceDue(this.#flight.first(i));
        if (waited >= least) this.#meter.miss(waited);
        this.#flight.pop(i);
      }
      if (interrupted) continue;
      this.#meter.errors[i]! += lost;
      this.#tally.unanswered += lost;
    }
    this.#tell();
    this.#link.say({ report: this.#report() });
    if (this.#go?.more) {
      this.#go = undefined;
      this.#draining = false;
      this.#ends = Number.POSITIVE_INFINITY;
    } else this.stopped = true;
  }

  #report(): Report {
    const meter = this.#meter;
    const rows = meter.rows();
    const { now } = this.#clock;
    return {
      ...this.#tally.report(),
      requests: meter.answers.reduce((sum, count) => sum + count, 0),
      received: meter.received,
      began: this.#began,
      ended: Math.min(now, this.#draining ? this.#ends : now),
      processorTime: processorTime() - this.#used,
      roundTrips: meter.roundTrips.pack(),
      ...(meter.service === meter.roundTrips ? {} : { service: meter.service.pack() }),
      timeline: meter.timeline(),
      ...(this.#partial === undefined ? {} : { partial: this.#partial }),
      ...(rows === undefined ? {} : { rows }),
    };
  }

  /** Writes down how far it is, for whoever looks. */
  #tell(): void {
    this.#tally.tell(this.#link.progress, this.#meter.roundTrips.count);
    this.#tells = this.#clock.now + TELL;
  }
}

/** What this process has used, in microseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
