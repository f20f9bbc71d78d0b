/** What the processes of a load tell each other: lines of JSON over a socket pair. */

import type { SocketAddress } from '../../lib/sys/address.ts';
import { FINE, Histogram, type Packed } from './histogram.ts';
import type { Timeline } from './meter.ts';
import type { Request } from './requests.ts';

/** closed: asks when it was answered; open: asks when it is time; hold: asks once and stays. */
export type Mode = 'closed' | 'open' | 'hold';

/** What a process is told first. Times are in microseconds. */
export interface Settings {
  readonly addresses: readonly SocketAddress[];
  /** How many connections are this process's. */
  readonly connections: number;
  /** The number of the first of them among those of all processes. */
  readonly first: number;
  /** From so many addresses, for Sockets. */
  readonly sources: number;
  readonly network: number;
  readonly mode: Mode;
  readonly requests: readonly Request[];
  readonly http: boolean;
  readonly pipeline: number;
  readonly think: number;
  readonly ramp: number;
  /** So many requests for each connection; undefined where time ends it. */
  readonly each?: number;
  /** Of a closed loop: whether each connection asks once, and then waits until it begins. */
  readonly quiet: boolean;
  /** Of each connection so many bytes a second are read; undefined where it is as many as come. */
  readonly readRate?: number;
  /** So long after the last sign of life the meeting is over, whoever has had no answer. */
  readonly meeting: number;
  /** Without any answer for so long, it gives up. */
  readonly patience: number;
  /** Whether each connection is measured by itself. */
  readonly detailed: boolean;
}

/** Begins what is measured, once everybody is connected. */
export interface Go {
  /** How long; undefined where requests are counted, or connections held until they are told to stop. */
  readonly microseconds?: number;
  /** Requests a second of this process, for the open loop. */
  readonly rate?: number;
  /** Whether another such part follows, on the same connections. */
  readonly more?: boolean;
}

/** What a process hears after its settings. */
export type Order = { readonly go: Go } | { readonly stop: true };

/** How connecting went. */
export interface Meeting {
  /** How many stood, and how many of those have had an answer. */
  readonly connected: number;
  readonly answered: number;
  /** When the first one was begun, and the last one stood, in microseconds on CLOCK_MONOTONIC. */
  readonly began: number;
  readonly stood: number;
}

/** What a process has measured. */
export interface Report {
  readonly meeting: Meeting;
  /** Answers, and the bytes of them. */
  readonly requests: number;
  readonly received: number;
  /** Of the answers: how many came before time was over. */
  readonly inTime: number;
  /** From when to when, in microseconds on CLOCK_MONOTONIC. */
  readonly began: number;
  readonly ended: number;
  /** Processor time that it has used meanwhile, in microseconds. */
  readonly processorTime: number;
  readonly roundTrips: Packed;
  /** From when each request was sent, where that is not when it was due. */
  readonly service?: Packed;
  readonly timeline: Timeline;
  /** By what went wrong: how often. */
  readonly errors: Readonly<Record<string, number>>;
  /** The first wrong answers. */
  readonly differences: readonly string[];
  /** Requests without an answer, and those that were due and never sent. */
  readonly unanswered: number;
  readonly unsent: number;
  /** Connections that stood when time was over. */
  readonly held: number;
  /** Connections that were answered at least once. */
  readonly served: number;
  /** Why it ended before it was over. */
  readonly partial?: string;
  /** For each connection: answers, errors, and shortest, mean, p50, p99 and longest round trip in microseconds. */
  readonly rows?: readonly (readonly number[])[];
}

/** What a process says. */
export type News = { readonly met: Meeting } | { readonly report: Report } | { readonly failed: string };

/**
 * What a process counts in shared memory while it runs, for whoever shows how far it is; in the end its histogram, which
 * it needs anyway, so that it costs nothing to have others see it.
 */
export const PROGRESS = {
  connected: 0,
  answered: 1,
  requests: 2,
  errors: 3,
  trips: 4,
  length: 4 + Histogram.size(FINE),
} as const;

/** The name of that memory, as /proc/PID/fd shows it. */
export const SHARED_NAME = 'lab load';

/** Something as a line of JSON, in ASCII: so that no character comes in two pieces. */
export function line(value: Settings | Order | News): string {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value).replace(/[\u0080-\uffff]/g, escaped)}\n`;
}
