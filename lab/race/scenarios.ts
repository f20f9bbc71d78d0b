/** What every server in a race has to bear. */

import { count, many } from '../load/units.ts';
import type { Load } from './bout.ts';

/** A kind of load, and the loads of that kind. */
export interface Scenario {
  readonly name: string;
  /** What it shows, in a line. */
  readonly summary: string;
  /** @param sizes numbers of connections, from the least to the most */
  readonly loads: (sizes: readonly number[]) => Load[];
}

/** So many ask where that does not grow. */
const CROWD = 100;
const largest = (sizes: readonly number[]): number => sizes.at(-1)!;
const crowd = (sizes: readonly number[]): number => Math.min(CROWD, largest(sizes));
/** A slow reader asks for more than it will ever read, and takes so many bytes a second of it. */
const [SLOW, SLOW_RATE] = ['STREAM 1000000000', 50_000];

export const scenarios: readonly Scenario[] = [
  {
    name: 'ping',
    summary: 'PING, one request under way on each connection',
    loads: (sizes) => sizes.map((connections) => ({ asking: { connections, command: 'PING' } })),
  },
  {
    name: 'mixed',
    summary: 'PING, ECHO and BURN 1000, while one in ten reads slowly',
    loads: (sizes) => {
      const slow = Math.max(1, Math.round(crowd(sizes) / 10));
      const asking = { connections: Math.max(1, crowd(sizes) - slow), command: MIXED };
      return [{ asking, beside: { connections: slow, command: SLOW, readRate: SLOW_RATE } }];
    },
  },
  {
    name: 'idle',
    summary: 'PING beside very many connections that say nothing',
    loads: (sizes) => [
      { asking: { connections: crowd(sizes), command: 'PING' }, beside: { connections: largest(sizes) } },
    ],
  },
  {
    name: 'wait',
    summary: 'nine requests in ten wait for 10 ms',
    loads: (sizes) => [{ asking: { connections: crowd(sizes), command: '9 WAIT 10, 1 PING' } }],
  },
  {
    name: 'burn',
    summary: 'one request in ten computes, BURN 100000, and the others are PING',
    loads: (sizes) => [{ asking: { connections: crowd(sizes), command: '9 PING, 1 BURN 100000' } }],
  },
];

const MIXED = '7 PING, 2 ECHO The quick brown fox jumps over the lazy dog, 1 BURN 1000';

/** How many connections a load is. */
export function connectionsOf({ asking, beside }: Load): number {
  return asking.connections + (beside?.connections ?? 0);
}

/** A load in words: `90 connections, 10 slow readers beside them`. */
export function describeLoad({ asking, beside }: Load): string {
  const words = many(asking.connections, 'connection');
  if (beside === undefined) return words;
  if (beside.command === undefined) return `${words}, ${count(beside.connections)} idle beside them`;
  return `${words}, ${many(beside.connections, 'slow reader')} beside them`;
}
