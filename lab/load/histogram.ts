/** How long round trips took: counts in the layout of HdrHistogram, whose recording is two shifts and an addition. */

/** Times are counted in quarters of a microsecond: 32 bits of them are 17 minutes, and what takes longer counts as that. */
export const TICKS = 4;
const LONGEST = 0xffff_ffff;

/** A span as it is counted: a whole number, 0 … 2^32 - 1. */
export function ticks(microseconds: number): number {
  return Math.min(LONGEST, Math.max(0, Math.round(microseconds * TICKS)));
}

/**
 * Where values are counted. Up to 2^bits each value has a place of its own; above, each power of two has 2^(bits-1)
 * places of equal width, so that no value is mistaken by more than its 2^(bits-1)th part. It is the layout of Gil Tene's
 * HdrHistogram, whose "three significant digits" are 11 bits.
 */
export class Scale {
  readonly bits: number;
  /** How many places there are. */
  readonly length: number;

  constructor(bits: number) {
    this.bits = bits;
    this.length = (34 - bits) * 2 ** (bits - 1);
  }

  /** The place of a value. @param ticks a whole number, 0 … 2^32 - 1 */
  place(ticks: number): number {
    const shift = 32 - this.bits - Math.clz32(ticks);
    return shift <= 0 ? ticks : (shift << (this.bits - 1)) + (ticks >>> shift);
  }

  /** The least value of a place; of the place after the last one, what no value reaches. */
  least(place: number): number {
    const half = 2 ** (this.bits - 1);
    const shift = Math.floor(place / half) - 1;
    return shift <= 0 ? place : ((place % half) + half) * 2 ** shift;
  }
}

/** Three digits: an error of a thousandth at most. */
export const FINE = new Scale(11);
/** Two digits, for the many histograms of a timeline. */
export const COARSE = new Scale(8);
/** An error of 3% at most, for one histogram per connection. */
export const ROUGH = new Scale(6);

/** What goes from process to process: places and counts in turn, and what is known exactly. */
export interface Packed {
  readonly counts: readonly number[];
  readonly sum: number;
  readonly least: number;
  readonly most: number;
}

/** So many numbers are kept beside the counts: how many there are, their sum, the least and the most of them, in ticks. */
const EXACT = 4;

/** Counts of times in microseconds. */
export class Histogram {
  readonly scale: Scale;
  readonly counts: Float64Array;
  /** See EXACT; in an array, where V8 makes no object of any. */
  readonly #exact: Float64Array;

  /** @param memory where to count, size() zeros, such as others may see too; its own unless given */
  constructor(scale = FINE, memory: Float64Array = new Float64Array(Histogram.size(scale))) {
    this.scale = scale;
    this.counts = memory.subarray(0, scale.length);
    this.#exact = memory.subarray(scale.length, Histogram.size(scale));
    if (this.count === 0) this.#exact[2] = Number.POSITIVE_INFINITY;
  }

  /** How many numbers one takes. */
  static size(scale: Scale): number {
    return scale.length + EXACT;
  }

  get count(): number {
    return this.#exact[0]!;
  }

  /** @param ticks as ticks() returns them */
  record(ticks: number): void {
    const exact = this.#exact;
    this.counts[this.scale.place(ticks)]!++;
    exact[0]!++;
    exact[1]! += ticks;
    if (ticks < exact[2]!) exact[2] = ticks;
    if (ticks > exact[3]!) exact[3] = ticks;
  }

  /** Adds another one's counts, of whatever scale. */
  add(other: Histogram): void {
    const same = other.scale.bits === this.scale.bits;
    for (let place = 0; place < other.counts.length; place++) {
      const count = other.counts[place]!;
      if (count === 0) continue;
      this.counts[same ? place : this.scale.place(other.scale.least(place))]! += count;
    }
    const [count, sum, least, most] = other.#exact;
    this.#note(count!, sum!, least!, most!);
  }

  #note(count: number, sum: number, least: number, most: number): void {
    const exact = this.#exact;
    exact[0]! += count;
    exact[1]! += sum;
    exact[2] = Math.min(exact[2]!, least);
    exact[3] = Math.max(exact[3]!, most);
  }

  clear(): void {
    if (this.count === 0) return;
    this.counts.fill(0);
    this.#exact.set([0, 0, Number.POSITIVE_INFINITY, 0]);
  }

  /** The shortest, in microseconds; 0 where there is none. */
  get least(): number {
    return this.count === 0 ? 0 : this.#exact[2]! / TICKS;
  }

  get most(): number {
    return this.#exact[3]! / TICKS;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#exact[1]! / this.count / TICKS;
  }

  /**
   * What so many per cent do not exceed, in microseconds: the upper end of the place in which the value lies, as
   * HdrHistogram has it; but never more than the longest.
   */
  percentile(percent: number): number {
    return valueAt(this.scale, this.counts, 0, this.count, percent, this.#exact[3]!) / TICKS;
  }

  /** Where a place begins, in microseconds. */
  from(place: number): number {
    return this.scale.least(place) / TICKS;
  }

  /** How many took from `from` to `to` microseconds, `to` excluded; exact where both are ends of places. */
  between(from: number, to: number): number {
    const end = to === Number.POSITIVE_INFINITY ? this.counts.length : this.scale.place(ticks(to));
    let sum = 0;
    for (let place = this.scale.place(ticks(from)); place < end; place++) sum += this.counts[place]!;
    return sum;
  }

  pack(): Packed {
    const counts: number[] = [];
    for (let place = 0; place < this.counts.length; place++) {
      if (this.counts[place]! > 0) counts.push(place, this.counts[place]!);
    }
    const [, sum, least, most] = this.#exact;
    return { counts, sum: sum!, least: this.count === 0 ? LONGEST : least!, most: most! };
  }

  /** Adds what another process has packed. */
  unpack({ counts, sum, least, most }: Packed): this {
    let total = 0;
    for (let i = 0; i < counts.length; i += 2) {
      this.counts[counts[i]!]! += counts[i + 1]!;
      total += counts[i + 1]!;
    }
    if (total > 0) this.#note(total, sum, least, most);
    return this;
  }
}

/** As Histogram.percentile(), in ticks, for counts that are a part of an array. */
function valueAt(
  scale: Scale,
  counts: Float64Array | Uint32Array,
  start: number,
  total: number,
  percent: number,
  most: number,
): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * total - 1e-6)); // lest 99% of 100 be the hundredth
  let sum = 0;
  for (let place = 0; place < scale.length; place++) {
    sum += counts[start + place]!;
    if (sum >= rank) return Math.min(most, scale.least(place + 1) - 1);
  }
  return most;
}

/** A rough histogram for each of many connections, in one array; what was never written to takes no memory. */
export class Histograms {
  readonly #counts: Uint32Array;
  /** Sum, least and most of each, in ticks. */
  readonly #exact: Float64Array;
  readonly #totals: Uint32Array;

  constructor(length: number) {
    this.#counts = new Uint32Array(length * ROUGH.length);
    this.#exact = new Float64Array(3 * length);
    this.#totals = new Uint32Array(length);
  }

  record(which: number, ticks: number): void {
    const exact = 3 * which;
    this.#counts[which * ROUGH.length + ROUGH.place(ticks)]!++;
    this.#exact[exact]! += ticks;
    if (ticks < this.#exact[exact + 1]! || this.#totals[which] === 0) this.#exact[exact + 1] = ticks;
    if (ticks > this.#exact[exact + 2]!) this.#exact[exact + 2] = ticks;
    this.#totals[which]!++;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#exact.fill(0);
    this.#totals.fill(0);
  }

  /** Shortest, mean, median, 99th percentile and longest of one, in microseconds; nothing where nothing was recorded. */
  summary(which: number): readonly number[] {
    const total = this.#totals[which]!;
    if (total === 0) return [];
    const [sum, least, most] = this.#exact.subarray(3 * which, 3 * which + 3);
    const [p50, p99] = [50, 99].map((percent) =>
      valueAt(ROUGH, this.#counts, which * ROUGH.length, total, percent, most!),
    );
    return [least!, sum! / total, p50!, p99!, most!].map((ticks) => ticks / TICKS);
  }
}
