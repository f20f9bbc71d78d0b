/** What the cases leave: the shape of their JSON, and their table. */

import { type Bin, bins } from '../load/report.ts';
import { count, time } from '../load/units.ts';
import type { Provenance } from '../provenance.ts';
import type { Case, Fates } from './matrix.ts';
import type { Outcome } from './run.ts';

/** A case, as it went. Times are in microseconds unless their names say otherwise. */
export interface Tried {
  /** `epoll-10000` */
  readonly name: string;
  readonly title: string;
  /** select, threads or epoll. */
  readonly kind: string;
  readonly passed: boolean;
  /** Why there is nothing of what follows. */
  readonly notRun?: string;
  readonly clients?: number;
  /** How many processes serve them together. */
  readonly servers?: number;
  readonly expected?: Fates;
  readonly seen?: Fates;
  /** Whether the servers answer others afterwards. */
  readonly alive?: boolean;
  /** The last that the servers have said on standard error. */
  readonly said?: string;
  /** From the first connect to the last connection that stood. */
  readonly connectingSeconds?: number;
  /** Then all asked at the same time: answers a second, and how long they took. */
  readonly rate?: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly longest?: number;
  /** The round trips in classes, two for each power of two. */
  readonly bins?: readonly Bin[];
}

/** All cases, as `lab cases` writes them to cases.json. */
export interface Cases {
  /** The version of this shape. */
  readonly format: 1;
  readonly provenance: Provenance;
  /** Why they are not all: `interrupted`. */
  readonly partial?: string;
  /** How long all clients of a case asked, in milliseconds. */
  readonly duration: number;
  readonly cases: readonly Tried[];
}

/** A case that was run. */
export function tried({ name, title, kind, says }: Case, outcome: Outcome): Tried {
  const { clients, servers, expected, seen, alive, said, result } = outcome;
  const { connecting, inTime, seconds, roundTrips } = result;
  const same = (['served', 'refused', 'waiting'] as const).every((fate) => expected[fate] === seen[fate]);
  const told = says === undefined || said.some((line) => says.test(line)) === expected.refused > 0;
  return {
    name,
    title,
    kind,
    passed: same && told && alive,
    clients,
    servers,
    expected,
    seen,
    alive,
    ...(said.length === 0 ? {} : { said: said.at(-1)! }),
    connectingSeconds: connecting.seconds,
    rate: seconds === 0 ? 0 : inTime / seconds,
    p50: roundTrips.percentile(50),
    p99: roundTrips.percentile(99),
    longest: roundTrips.most,
    bins: bins(roundTrips, 2),
  };
}

/** Fates in words: `999 served, 1 refused`. */
export function describe({ served, refused, waiting }: Fates): string {
  const words = [`${count(served)} served`];
  if (refused > 0) words.push(`${count(refused)} refused`);
  if (waiting > 0) words.push(`${count(waiting)} waiting`);
  return words.join(', ');
}

/** The cases as rows, the head first; only those that were run have numbers. */
export function rows({ cases }: Pick<Cases, 'cases'>): string[][] {
  const head = ['case', 'clients', 'expected', 'seen', 'passed', 'servers', 'connected in', 'requests/s', 'p50', 'p99'];
  return [
    head,
    ...cases.map(({ title, expected, seen, passed, notRun, alive, ...rest }) => {
      if (expected === undefined || seen === undefined) return [title, '', '', notRun ?? '', 'no', '', '', '', '', ''];
      return [
        title,
        count(rest.clients!),
        describe(expected),
        describe(seen) + (alive ? '' : '; and nobody afterwards'),
        passed ? 'yes' : 'no',
        count(rest.servers!),
        rest.connectingSeconds === 0 ? '' : time(rest.connectingSeconds! * 1e6),
        count(rest.rate!),
        time(rest.p50!),
        time(rest.p99!),
      ];
    }),
  ];
}
