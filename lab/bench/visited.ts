/** How the benchmarks of accepting measure: a server, many short visits, and what each cost it. */

import { launchServer, type StartOptions } from '../../lib/testing/server.ts';
import { printedTally, type Row } from '../../lib/testing/tally.ts';
import { observe } from './observe.ts';
import { median } from './table.ts';
import { visit } from './visits.ts';

/** What visitors cost. */
export interface Visited {
  /** How many came in a second. */
  readonly rate: number;
  /** Processor time of the server for each, all its processes and threads together, in microseconds. */
  readonly cost: number;
  /** How often its threads went to sleep for each. */
  readonly sleeps: number;
  /** The table that it printed in the end, those who came before the measuring included; empty where it has none. */
  readonly rows: readonly Row[];
}

/** How many come, how many of them at a time, and how many before that. */
export interface Visitors {
  readonly count: number;
  readonly atOnce: number;
  readonly warm: number;
}

/** Starts a server, has it visited, and ends it. @param path from the root of the repository */
export async function visited(
  path: string,
  options: StartOptions,
  { count, atOnce, warm }: Visitors,
): Promise<Visited> {
  const server = await launchServer(path, options);
  try {
    visit(server.port, warm, atOnce); // all have started, and are compiled
    const [began, first] = [performance.now(), observe(server.pid)];
    visit(server.port, count, atOnce);
    const [seconds, last] = [(performance.now() - began) / 1000, observe(server.pid)];
    await server.stop('SIGINT');
    return {
      rate: count / seconds,
      cost: (last.microseconds - first.microseconds) / count,
      sleeps: (last.sleeps - first.sleeps) / count,
      rows: server.stdout.length > 1 ? printedTally(server).rows : [],
    };
  } finally {
    await server.kill();
  }
}

/** A column of the tables that several runs printed, largest first: who had most is another one in each run. */
export function shares(runs: readonly Visited[], column: string): string {
  const ranked = runs.map(({ rows }) => rows.map((row) => row[column]!).sort((a, b) => b - a));
  return ranked[0]!.map((_, rank) => median(ranked.map((run) => run[rank]!)).toLocaleString('en')).join(' · ');
}

/** The sum of a column in one run's table; 0 where there is none. */
export function total({ rows }: Visited, column: string): number {
  return rows.reduce((sum, row) => sum + (row[column] ?? 0), 0);
}
