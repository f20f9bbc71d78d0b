/** Who takes part in a race, and how each is started for so many connections. */

import { freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readChapters, type Traits } from '../../chapters/chapters.ts';
import { refusal } from '../../chapters/servers.ts';
import { freeDescriptors, freeMappings } from '../../lib/program/places.ts';
import { minimalC } from '../bench/minimal.ts';
import { bytes } from '../load/units.ts';
import type { Subject } from './bout.ts';
import type { Calls } from './calls.ts';

/** Who takes part. */
export interface Racer {
  /** `09-epoll`, with the options that were asked for. */
  readonly name: string;
  /** The options with which it is tried for so many connections, one after the other. */
  readonly options: (connections: number) => readonly (readonly string[])[];
  readonly subject: Subject;
  /** Whether it answers PING and nothing else. */
  readonly pingOnly: boolean;
  /** Who can see its system calls. */
  readonly calls: Calls['by'];
  /** What it sets up for each connection. */
  readonly connection: Traits['connection'];
}

/** No racer has this name. */
export class NoSuchRacer extends Error {}

/** What a pool may have at most; it is a bound of the servers' command lines. */
const POOL = 256;
/** The same for a thread or a process for each connection. */
const MOST = 10_000;

const pool = (option: string) => (connections: number) => [[option, `${Math.min(connections, POOL)}`]];
const each = (option: string) => (connections: number) => [[option, `${Math.min(connections, MOST)}`]];
/** The least number that a set of select's has no room for, with the descriptors that a server has itself. */
const LARGE = 900;

/** With which options a chapter can bear so many connections. */
const OPTIONS: Readonly<Record<string, Racer['options']>> = {
  '02-select': (connections) => (connections >= LARGE ? [[], ['--big-sets']] : [[]]),
  '03-thread-per-connection': each('--max-threads'),
  '04-process-per-connection': each('--max-children'),
  '05-prefork': pool('--children'),
  '06-descriptor-passing': pool('--children'),
  '07-prethreaded': pool('--threads'),
  '10-epoll-workers': () => [['--workers', '2']],
};
/** In these Node waits, and what Node calls is not in their trace. */
const NODE_WAITS = ['12-coroutines', '14-node-net'];

/** All chapters that have a server. */
export function chapterNames(): string[] {
  return servers().map(({ name }) => name);
}

function servers(): { name: string; number: number; traits: Traits }[] {
  return readChapters(fileURLToPath(new URL('../..', import.meta.url))).flatMap(({ name, number, traits }) =>
    traits === undefined ? [] : [{ name, number, traits }],
  );
}

/**
 * Finds a racer.
 *
 * @param text a chapter's number or name, and after it options of its own: `09`, `10 --workers 4`
 * @throws NoSuchRacer
 */
export function findRacer(text: string): Racer {
  const [word = '', ...options] = text.trim().split(/\s+/);
  const chapter = servers().find(
    ({ name, number }) => name === word || (/^\d+$/.test(word) && number === Number(word)),
  );
  if (chapter === undefined) {
    throw new NoSuchRacer(`no chapter with a server is called '${word}'; there are ${chapterNames().join(', ')}`);
  }
  const { name, traits } = chapter;
  return {
    name: [name, ...options].join(' '),
    options: options.length > 0 ? () => [options] : (OPTIONS[name] ?? (() => [[]])),
    subject: { name, path: `chapters/${name}/server.ts` },
    pingOnly: false,
    calls: NODE_WAITS.includes(name) ? 'strace' : 'trace',
    connection: traits.connection,
  };
}

/** Those outside of the chapters to compare with: node:net, and C where there is a compiler, and a line where there is none. */
export function baselines(): Racer[] {
  const racer = (subject: Subject): Racer => ({
    name: subject.name,
    options: () => [[]],
    subject,
    pingOnly: true,
    calls: 'strace',
    connection: 'nothing',
  });
  return [racer({ name: 'node:net, ten lines', path: 'lab/bench/node-net.ts' }), ...minimalC().map(racer)];
}

/** What a thread or a process for a connection takes, in bytes, and a thread in descriptors and mappings; see chapter 03. */
const [BYTES, DESCRIPTORS, MAPPINGS] = [10e6, 8, 64];
/** Nobody's machine is brought down: what would take more of the free memory than this is not tried. */
const SHARE = 0.75;

/** Why a racer is not to be tried with so many connections; undefined where it may. */
export function omission({ connection, subject }: Racer, connections: number): string | undefined {
  const why = refusal(subject.name);
  if (why !== undefined) return why;
  if (connection === 'nothing') return undefined;
  // Threads say themselves how many their process has room for, and keep to that.
  const bound = connection === 'thread' ? roomForThreads() : MOST;
  const number = Math.min(connections, bound);
  if (number <= roomInMemory()) return undefined;
  return `not tried: it would take about ${bytes(number * BYTES)} of memory`;
}

/** How many threads chapter 03 has room for, as it reckons itself. */
export function roomForThreads(): number {
  return Math.floor(Math.min(freeDescriptors() / DESCRIPTORS, freeMappings() / MAPPINGS));
}

/** How many threads or processes, each with a connection, the free memory has room for, and something else beside. */
export function roomInMemory(): number {
  return Math.floor((SHARE * freemem()) / BYTES);
}
