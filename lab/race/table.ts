/** A race as tables: the same cells for a terminal and for a text. */

import { wrap } from '../../exercises/check/outcome.ts';
import { bytes, count, time } from '../load/units.ts';
import { align } from '../table.ts';
import { cost, type Entry, isBorne, type Race } from './results.ts';
import { connectionsOf, describeLoad } from './scenarios.ts';

/** A table: its name, the head and the rows; the columns of words are said. */
export interface Table {
  /** `ping, 100 connections: PING, one request under way on each connection` */
  readonly title: string;
  /** `ping-100`, `mixed`, `ends` */
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
  readonly words: readonly number[];
}

const few = (value: number): string =>
  value < 0.005 ? '0' : value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : count(value);

/** A racer, with the options without which it would not bear the load. */
function nameOf({ racer, options }: Entry): string {
  return racer === '02-select' && options.length > 0 ? `${racer} ${options.join(' ')}` : racer;
}

/** Which workers got how many: `4 × 25`, `2 × 49–51`; nothing where they are not counted. */
function shares(accepted: readonly number[] = []): string {
  const [most, least] = [accepted[0], accepted.at(-1)];
  if (most === undefined || least === undefined) return '';
  return `${count(accepted.length)} × ${most === least ? count(most) : `${count(least)}–${count(most)}`}`;
}

const HEAD = [
  'requests/s',
  'p50',
  'p99',
  'CPU each',
  'ratio',
  'of it user',
  'calls',
  'sleeps',
  'preempted',
  'threads',
  'processes',
  'memory',
];

function cells(entry: Entry): string[] {
  const { median, ratio, calls } = entry;
  if (median === undefined) return [];
  const perRequest = Object.values(calls?.perRequest ?? {}).reduce((sum, share) => sum + share, 0);
  return [
    nameOf(entry),
    count(median.rate),
    time(median.p50),
    time(median.p99),
    time(cost(median)),
    ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    `${Math.round((100 * median.user) / cost(median))}%`,
    calls === undefined ? '' : `${few(perRequest)}${calls.by === 'strace' ? '*' : ''}`,
    few(median.voluntary),
    few(median.involuntary),
    count(median.threads),
    count(median.processes),
    bytes(median.pss),
  ];
}

/** All loads that somebody has borne, each with a row for each racer that has; and where the others ended. */
export function tables({ entries, scenarios }: Race): Table[] {
  const list: Table[] = [];
  const loads = [...new Map(entries.map((entry) => [`${entry.scenario} ${describeLoad(entry.load)}`, entry])).values()];
  for (const { scenario, load } of loads) {
    const of = entries.filter(
      (entry) => entry.scenario === scenario && describeLoad(entry.load) === describeLoad(load),
    );
    const borne = of.filter(isBorne);
    if (borne.length === 0) continue;
    const accepting = borne.some(({ measurements }) => measurements[0]?.accepted !== undefined);
    const { summary } = scenarios.find(({ name }) => name === scenario)!;
    const workers = ({ measurements }: Entry): string[] => (accepting ? [shares(measurements[0]?.accepted)] : []);
    list.push({
      title: `${scenario}, ${describeLoad(load)}: ${summary}`,
      name: scenario === 'ping' ? `ping-${load.asking.connections}` : scenario,
      rows: [
        ['', ...HEAD, ...(accepting ? ['accepted'] : [])],
        ...borne.map((entry) => [...cells(entry), ...workers(entry)]),
      ],
      words: [0],
    });
  }
  const ends = entries.filter(({ end }) => end !== undefined);
  if (ends.length === 0) return list;
  const rows = ends.map((entry) => [
    [entry.racer, ...(entry.racer.endsWith(entry.options.join(' ')) ? [] : entry.options)].join(' '),
    entry.scenario,
    count(connectionsOf(entry.load)),
    entry.end?.served === undefined ? '' : count(entry.end.served),
    entry.end!.said,
  ]);
  return [
    ...list,
    {
      title: 'Where they ended',
      name: 'ends',
      rows: [['', 'in', 'connections', 'served', 'what was said'], ...rows],
      words: [0, 1, 4],
    },
  ];
}

/** Tables for a terminal. @param room how wide it is; Infinity where there is none */
export function print(race: Race, room: number): string {
  const blocks = tables(race).map(({ title, rows, words }) => `${title}\n${align(rows, words, room)}`);
  const partial = race.partial === undefined ? [] : [`PARTIAL RESULT: ${race.partial}`];
  const notes = [
    `CPU each: processor time of the server for a request; ratio: against ${race.reference} in the same round.`,
    'Calls, sleeps (voluntary context switches) and preempted (involuntary ones) are for a request; calls are counted by --trace, those with * by strace. Memory: PSS.',
  ];
  const folded = notes.map((note) => (note.length > room ? wrap(note) : note));
  return [...partial, ...blocks, ...(blocks.length > 0 ? [folded.join('\n')] : [])].join('\n\n');
}
