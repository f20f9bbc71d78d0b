/** The test matrix: which servers are tried with how many clients, and what is to be expected of them. */

import { FD_SETSIZE } from '../../lib/sys/select.ts';
import { descriptors } from '../../lib/testing/proc.ts';
import type { Server } from '../../lib/testing/server.ts';
import { count, many } from '../load/units.ts';
import { roomForThreads, roomInMemory } from '../race/racers.ts';

/** What becomes of clients. */
export interface Fates {
  /** Had all their answers. */
  readonly served: number;
  /** Were accepted, and sent away. */
  readonly refused: number;
  /** Wait in the backlog. */
  readonly waiting: number;
}

/** A case: so many clients at the same time. */
export interface Case {
  /** `select-1000` */
  readonly name: string;
  readonly title: string;
  /** select, threads or epoll. */
  readonly kind: string;
  readonly path: string;
  readonly args: readonly string[];
  /** How many clients come, as far as that is known before. */
  readonly about: number;
  /** How many come to servers that listen. */
  readonly clients: (server: Server) => number;
  /** So many more come when those are served, for whom there shall be no place. */
  readonly more: number;
  /** Whether there are several servers where one has not descriptors enough. */
  readonly several: boolean;
  /** What is to be expected of so many, and those who come after them. */
  readonly expected: (server: Server, clients: number) => Fates;
  /** What a server says that sends clients away. */
  readonly says?: RegExp;
}

/** A set of FD_SETSIZE bits has room for the descriptors below that, less those that the server has itself. */
function select(clients: number, bigSets: boolean): Case {
  const room = ({ pid }: Server): number => FD_SETSIZE - descriptors(pid).filter((fd) => fd < FD_SETSIZE).length;
  return {
    name: `select-${clients}${bigSets ? '-big-sets' : ''}`,
    title: `select${bigSets ? ' --big-sets' : ''}, ${many(clients, 'client')}`,
    kind: 'select',
    path: 'chapters/02-select/server.ts',
    args: bigSets ? ['--big-sets'] : [],
    about: clients,
    clients: () => clients,
    more: 0,
    several: false,
    expected: (server, number) => {
      const served = bigSets ? number : Math.min(number, room(server));
      return { served, refused: number - served, waiting: 0 };
    },
    says: /connection refused/,
  };
}

/** So many more come than there are threads for. */
const MORE = 10;
/** The most that the server takes on its command line. */
const MOST_THREADS = 10_000;

/** How many threads the server has said that its process has room for; or as many as it was asked for. */
function threadsOf({ stderr }: Server, asked: number): number {
  const said = stderr.map((line) => /: (\d+) threads at a time/.exec(line)?.[1]).find((number) => number !== undefined);
  return said === undefined ? asked : Number(said);
}

function threads(most: boolean): Case {
  const asked = most ? Math.min(MOST_THREADS, roomInMemory()) : 64;
  return {
    name: most ? 'threads-most' : 'threads-1',
    title: most ? 'threads, as many as the machine bears' : 'threads, 1 client',
    kind: 'threads',
    path: 'chapters/03-thread-per-connection/server.ts',
    args: most ? ['--max-threads', `${asked}`] : [],
    about: most ? Math.min(asked, roomForThreads()) : 1,
    clients: (server) => (most ? threadsOf(server, asked) : 1),
    more: most ? MORE : 0,
    several: false,
    expected: (_, number) => ({ served: number, refused: 0, waiting: most ? MORE : 0 }),
  };
}

function epoll(clients: number): Case {
  return {
    name: `epoll-${clients}`,
    title: `epoll, ${count(clients)} ${clients === 1 ? 'client' : 'clients'}`,
    kind: 'epoll',
    path: 'chapters/09-epoll/server.ts',
    args: [],
    about: clients,
    clients: () => clients,
    more: 0,
    several: true,
    expected: (_, number) => ({ served: number, refused: 0, waiting: 0 }),
  };
}

/** What can be chosen. */
export const KINDS = ['select', 'threads', 'epoll'];

/** All cases, in their order. */
export function matrix(): Case[] {
  return [
    ...[1, 1000, 2000].map((clients) => select(clients, false)),
    select(2000, true),
    threads(false),
    threads(true),
    ...[1, 10_000, 40_000, 45_000, 100_000].map(epoll),
  ];
}
