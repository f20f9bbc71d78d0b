/** How the benchmarks measure: as `lab race` does, a server on one core, its load on the other, in interleaved rounds. */

import type { Command } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import type { Load, Subject } from '../race/bout.ts';
import { type Measurement, measure } from '../race/measure.ts';
import { cost } from '../race/results.ts';
import { describeLoad } from '../race/scenarios.ts';
import { median } from './table.ts';

export type { Load, Subject } from '../race/bout.ts';
export type { Measurement } from '../race/measure.ts';
export { cost } from '../race/results.ts';

/** How long each server is asked before it is measured, and then, in milliseconds. */
const LENGTH = { warm: 1000, measured: 2000 };

/** The words that start a TypeScript program. @param path from the root of the repository */
export function program(path: string, ...args: string[]): string[] {
  return [process.execPath, '--import', 'tsx', path, ...args];
}

/** The words that start a chapter's server on a free port. @param name as in `09-epoll` */
export function chapter(name: string, ...args: string[]): string[] {
  return program(`chapters/${name}/server.ts`, '--port', '0', ...args);
}

/** A chapter's server, to be measured. @param name as in `09-epoll` @param args its options, which its row names too */
export function server(name: string, ...args: string[]): Subject {
  const title = args.length === 0 ? name : `${name} \`${args.join(' ')}\``;
  return { name: title, path: `chapters/${name}/server.ts`, args };
}

/** Connections that ask for PING, and others beside them that say nothing. */
export function pings(connections: number, idle?: number): Load {
  const asking = { connections, command: 'PING' };
  return idle === undefined ? { asking } : { asking, beside: { connections: idle } };
}

/** A benchmark's command line, with `--rounds`. @param name the program's */
function roundsCommand(name: string, summary: string): Command {
  return toolCommand(name, summary).option(
    '--rounds <n>',
    'how often everything is measured; what is written are medians',
    wholeNumber(1, 99),
    3,
  );
}

/** Reads `--rounds` where it is the only option. */
export function readRounds(name: string, summary: string): number {
  return roundsCommand(name, summary).parse().opts<{ rounds: number }>().rounds;
}

/** What was measured, by subject, by load, and by round. */
export type Grid<S extends Subject> = Map<S, Measurement[][]>;

/** Measures every subject under every load, `rounds` times over, so that a drift of the machine meets all alike. */
export async function fill<S extends Subject>(
  subjects: readonly S[],
  loads: readonly Load[],
  rounds: number,
): Promise<Grid<S>> {
  const grid: Grid<S> = new Map(subjects.map((subject) => [subject, loads.map(() => [])]));
  for (let round = 1; round <= rounds; round++) {
    for (const [i, load] of loads.entries()) {
      for (const subject of subjects) {
        console.error(`round ${round} of ${rounds}: ${subject.name}, ${load.asking.command}, ${describeLoad(load)}`);
        grid.get(subject)![i]!.push(await measure(subject, load, LENGTH));
      }
    }
  }
  return grid;
}

/** Ratios are taken round by round, and then their median: the machine may have been slower in one round. */
export function ratio(these: readonly Measurement[], those: readonly Measurement[]): number {
  return median(these.map((measurement, round) => cost(measurement) / cost(those[round]!)));
}
