/** Every chapter under the same load, from one connection to ten thousand: writes a table for each size, and where each ends. */

import { freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readChapters } from '../../chapters/chapters.ts';
import { wholeNumber } from '../../lib/program/program.ts';
import type { Measurement } from './client.ts';
import { attempt, chapter, cost, ratio, roundsCommand, type Subject, type Trial } from './measure.ts';
import { machine, markdown, median, save } from './table.ts';

const SIZES = [1, 100, 1000, 10_000];
/** Above it threads and processes take minutes to start, so that is done once. */
const MANY = 100;
/** What a pool may have at most; it is a bound of the servers' command lines. */
const POOL = 256;

const pool = (option: string) => (size: number) => [[option, `${Math.min(size, POOL)}`]];
const each = (option: string) => (size: number) => [[option, `${size}`]];

/** The options with which a chapter is tried at a size, one after the other, where it needs any. */
const OPTIONS: Readonly<Record<string, (size: number) => string[][]>> = {
  '02-select': (size) => (size >= 1000 ? [[], ['--big-sets']] : [[]]),
  '03-thread-per-connection': each('--max-threads'),
  '04-process-per-connection': each('--max-children'),
  '05-prefork': pool('--children'),
  '06-descriptor-passing': pool('--children'),
  '07-prethreaded': pool('--threads'),
  '10-epoll-workers': () => [['--workers', '2']],
};
/** Nobody's machine is brought down: what would take more of the free memory than this is not tried. */
const SHARE = 0.75;
/** The process has room for only so many threads, and this server says so and keeps to it: it may be asked for more. */
const BOUNDED = '03-thread-per-connection';
/** The others are compared with it. */
const BASE = '09-epoll';
/** Those whose cost is compared in a table of its own. */
const LOOPS = ['09-epoll', '10-epoll-workers', '11-reactor', '12-coroutines', '13-io-uring', '14-node-net'];

/** A chapter at one size. */
interface Entry {
  readonly name: string;
  readonly options: readonly string[];
  readonly size: number;
  readonly subject: Subject;
  readonly trials: Trial[];
  /** Why it was not tried. */
  readonly omitted?: string;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const rounded = (value: number): string => (value < 10 ? value.toFixed(2) : whole(value));
const micro = (value: number): string => `${value < 100 ? value.toFixed(value < 10 ? 2 : 1) : whole(value)} µs`;
const time = (value: number): string => (value < 1000 ? micro(value) : `${(value / 1000).toFixed(1)} ms`);
const mebibytes = (bytes: number): string => `${whole(bytes / 2 ** 20)} MiB`;
const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** The measurements of a chapter at a size, when it bore it. */
function borne({ trials, size }: Entry): Measurement[] {
  const runs = trials.flatMap(({ measurement }) => (measurement?.served === size ? [measurement] : []));
  return runs.length === trials.length ? runs : [];
}

const title = ({ name, options }: Entry): string => (options.length === 0 ? name : `${name} \`${options.join(' ')}\``);

function row(entry: Entry): string[] {
  const runs = borne(entry);
  const middle = (value: (run: Measurement) => number): number => median(runs.map(value));
  const calls = runs.find(({ calls }) => calls !== undefined)?.calls;
  return [
    entry.name === '02-select' ? title(entry) : entry.name,
    whole(middle(({ requests, seconds }) => requests / seconds)),
    time(middle(({ p50 }) => p50)),
    time(middle(({ p99 }) => p99)),
    micro(middle(cost)),
    calls === undefined ? '' : (calls.made / calls.requests).toFixed(2),
    rounded(middle(({ sleeps, preemptions, requests }) => (sleeps + preemptions) / requests)),
    whole(middle(({ threads }) => threads)),
    whole(middle(({ processes }) => processes)),
    mebibytes(middle(({ memory }) => memory)),
  ];
}

/** Whether threads or processes are started for the connections, many of them, which takes minutes. */
const heavy = ({ name, size }: Entry): boolean => size > MANY && OPTIONS[name]?.(size)[0]?.at(-1) === `${size}`;

/** Why an entry is not to be tried, if so, after what was seen at the sizes before. */
function omission(entry: Entry, smaller: readonly Entry[]): string | undefined {
  const last = smaller.at(-1);
  if (last === undefined || !heavy(entry) || (entry.name === BOUNDED && entry.size > 1000)) return undefined;
  const needed = (median(borne(last).map(({ memory }) => memory)) / last.size) * entry.size;
  return needed > SHARE * freemem() ? `not tried: it would take about ${gibibytes(needed)} of memory` : undefined;
}

/** Where a chapter ended, and how it said so; nothing for those that bore every size. */
function end(entries: readonly Entry[]): string[][] {
  const last = entries.find((entry) => borne(entry).length === 0);
  if (last === undefined) return [];
  const [trial] = last.trials;
  const said = trial?.said.at(-1)?.replaceAll('|', '/') ?? 'nothing; the others wait in the backlog';
  const served = trial === undefined ? '' : whole(trial.measurement?.served ?? 0);
  return [[title(last), whole(last.size), served, last.omitted ?? said]];
}

async function attempted(entry: Entry, round: number): Promise<Trial> {
  console.error(`round ${round}: ${title(entry)}, ${entry.size} connections`);
  return attempt(entry.subject, { active: entry.size, strace: round === 1 });
}

/** The first round, in which each chapter goes as far as it bears. */
async function explore(names: readonly string[], sizes: readonly number[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const size of sizes) {
    for (const name of names) {
      const smaller = entries.filter((entry) => entry.name === name && entry.size < size);
      const last = smaller.filter((entry) => entry.size === smaller.at(-1)?.size);
      if (last.length > 0 && last.every((entry) => borne(entry).length === 0)) continue; // it has ended
      for (const options of OPTIONS[name]?.(size) ?? [[]]) {
        if (last.some((entry) => `${entry.options}` === `${options}` && borne(entry).length === 0)) continue;
        const entry = { name, options, size, subject: { name, command: chapter(name, ...options) }, trials: [] };
        entries.push({ ...entry, ...(await tried(entry, smaller)) });
      }
    }
  }
  return entries;
}

async function tried(entry: Entry, smaller: readonly Entry[]): Promise<Partial<Entry>> {
  const omitted = omission(entry, smaller);
  return omitted === undefined ? { trials: [await attempted(entry, 1)] } : { omitted };
}

/** Measures, and writes the tables. @param upTo sizes above it are left out, and so are the tables that need them */
async function every(rounds: number, upTo = SIZES.at(-1)!): Promise<void> {
  const names = readChapters(fileURLToPath(new URL('../..', import.meta.url)))
    .filter(({ traits }) => traits !== undefined)
    .map(({ name }) => name);
  const sizes = SIZES.filter((size) => size <= upTo);
  const entries = await explore(names, sizes);
  for (let round = 2; round <= rounds; round++) {
    for (const entry of entries) {
      if (!heavy(entry) && borne(entry).length > 0) entry.trials.push(await attempted(entry, round));
    }
  }
  const source = `${machine}; server on one core, load on the other; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/every.ts\``;
  const head = [
    'requests/s',
    'median',
    'p99',
    'processor time',
    'system calls',
    'switches',
    'threads',
    'processes',
    'memory',
  ];
  const base = (size: number): Measurement[] => borne(entries.find((e) => e.name === BASE && e.size === size)!);
  for (const size of sizes) {
    const rows = entries.filter((entry) => entry.size === size && borne(entry).length > 0);
    const corner = size === 1 ? '1 connection' : `${whole(size)} connections`;
    save(`every-${size}`, markdown([[corner, ...head], ...rows.map((entry) => row(entry))]), source);
  }
  if (upTo < SIZES.at(-1)!) return; // the tables below need all of them
  save(
    'every-end',
    markdown(
      [
        ['server', 'connections', 'served', 'what was said'],
        ...names.flatMap((name) => end(entries.filter((entry) => entry.name === name))),
      ],
      [0, 3],
    ),
    source,
  );
  const busy = sizes.filter((size) => size > 1);
  const loops = names.filter((name) => LOOPS.includes(name));
  save(
    'loops',
    markdown([
      ['processor time per `PING`', ...busy.map((size) => `${whole(size)} connections`), 'idle connection'],
      ...loops.map((name) => {
        const runs = busy.map((size) => borne(entries.find((entry) => entry.name === name && entry.size === size)!));
        return [
          name,
          ...runs.map((all, i) => `${micro(median(all.map(cost)))} (${ratio(all, base(busy[i]!)).toFixed(2)}×)`),
          `${whole(median(runs.at(-1)!.map(({ idleBytes }) => idleBytes)))} B`,
        ];
      }),
    ]),
    source,
  );
}

const { rounds, upTo } = roundsCommand('every', 'measure every chapter under the same load')
  .option('--up-to <connections>', 'leave out the sizes above', wholeNumber(1, 10_000), 10_000)
  .parse()
  .opts<{ rounds: number; upTo: number }>();
await every(rounds, upTo);
