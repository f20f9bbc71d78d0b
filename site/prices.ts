/** What a chapter's server costs, out of the race: processor time for a `PING`, and memory for a connection. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, count, time } from '../lab/load/numbers.ts';
import { cost, type Entry, isBorne, type Race } from '../lab/race/results.ts';
import { connectionMemory, readRace, sourceOf } from './charts/figures.ts';

/** Where the race stands that the texts show, from the repository's root. */
const RACE = 'lab/bench/race.json';
/** A `PING` is priced at so many connections, or fewer where the race had no such crowd. */
const CROWD = 100;

/** What a server costs; or, in a word, why it has no figure. */
export interface Price {
  /** Processor time of the server for a `PING`: `7.12 µs`. */
  readonly ping: string;
  /** What one more connection adds to its memory: `983 B`. */
  readonly memory: string;
}

/** What all chapters' servers cost, and where that was measured. */
export interface Prices {
  /** At how many connections a `PING` is priced. */
  readonly connections: number;
  /** By chapter: `09-epoll`. */
  readonly of: Readonly<Record<string, Price>>;
  /** The machine, the command and the time; and the command, which is part of it. */
  readonly source: string;
  readonly command: string;
}

function connectionsOf({ load }: Entry): number {
  return load.asking.connections;
}

/** Why a server has no figure. @param entry of the load that it would be for */
function lack(entry: Entry | undefined): string {
  if (entry?.end === undefined) return 'not measured';
  return entry.end.served === undefined ? 'not tried' : `serves ${count(entry.end.served)}`;
}

function memoryOf(entries: readonly Entry[]): string | undefined {
  const figure = connectionMemory(entries);
  return figure && (figure.value > 0 ? bytes(figure.value) : 'none seen');
}

/** The prices of all who took part in a race. */
export function pricesOf(race: Race): Prices {
  const { entries, racers } = race;
  const ping = entries.filter(({ scenario }) => scenario === 'ping');
  const connections = Math.max(0, ...ping.map(connectionsOf).filter((size) => size <= CROWD));
  const priceOf = (racer: string): Price => {
    const own = ping.filter((entry) => entry.racer === racer);
    const crowd = own.filter((entry) => connectionsOf(entry) === connections);
    const why = lack(crowd[0]);
    const median = crowd.find(isBorne)?.median;
    return { ping: median === undefined ? why : time(cost(median)), memory: memoryOf(own) ?? why };
  };
  return {
    connections,
    of: Object.fromEntries(racers.map((racer) => [racer, priceOf(racer)])),
    source: sourceOf(race),
    command: race.provenance.command,
  };
}

/** The prices of a repository. */
export function readPrices(root: string): Prices {
  return pricesOf(readRace(readFileSync(join(root, RACE), 'utf8')));
}
