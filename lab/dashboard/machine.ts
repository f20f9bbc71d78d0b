/** What the whole machine does: its cores, and what its listeners had to drop. */

import { readFileSync } from 'node:fs';
import { MOST_CORES } from './sample.ts';

/** Where in a line of /proc/stat which time stands; proc(5). */
const [USER, NICE, SYSTEM, SOFTIRQ] = [1, 2, 3, 7];
/** The times of a core: user to steal. Those of guests are in user and nice already. */
const TIMES = 8;

/** By core: user, system, softirq and all of its time so far, in ticks. */
export function coreTimes(stat: string): number[][] {
  const lines = stat.split('\n').filter((line) => /^cpu\d/.test(line));
  return lines.slice(0, MOST_CORES).map((line) => {
    const words = line.split(' ').map(Number);
    const all = words.slice(1, 1 + TIMES).reduce((sum, time) => sum + time, 0);
    return [words[USER]! + words[NICE]!, words[SYSTEM]!, words[SOFTIRQ]!, all];
  });
}

/** A counter of /proc/net/netstat, whose lines come in pairs: names, then numbers. */
export function netstat(text: string, name: string): number {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.split(' ').includes(name));
  if (at < 0) return 0;
  return Number(lines[at + 1]!.split(' ')[lines[at]!.split(' ').indexOf(name)]);
}

/** What the machine has counted since it was started. */
export interface Counted {
  /** By core: user, system and softirq time in seconds. */
  readonly cores: readonly (readonly number[])[];
  readonly overflows: number;
  readonly drops: number;
}

/** Looks at the machine from time to time. */
export class Machine {
  #cores = coreTimes(readFileSync('/proc/stat', 'latin1'));
  #shares: [number, number, number][] = this.#cores.map(() => [0, 0, 0]);
  counted: Counted = this.#count();

  /** @returns each core's user, system and softirq time since the last look, in per cent */
  look(): readonly [number, number, number][] {
    const before = this.#cores;
    this.#cores = coreTimes(readFileSync('/proc/stat', 'latin1'));
    this.#shares = this.#cores.map((now, core) => {
      const [user, system, softirq, all] = now.map((time, i) => Math.max(0, time - (before[core]?.[i] ?? time)));
      if (all === 0) return this.#shares[core] ?? [0, 0, 0];
      return [(100 * user!) / all!, (100 * system!) / all!, (100 * softirq!) / all!];
    });
    this.counted = this.#count();
    return this.#shares;
  }

  #count(): Counted {
    const text = readFileSync('/proc/net/netstat', 'latin1');
    return {
      cores: this.#cores.map((times) => times.slice(0, 3).map((ticks) => ticks / 100)), // USER_HZ
      overflows: netstat(text, 'ListenOverflows'),
      drops: netstat(text, 'ListenDrops'),
    };
  }
}
