/** What a lane says beside itself, and of what the reader points at. */

import { clock, duration } from './events.ts';
import { type Lane, type Span, spanAt } from './lanes.ts';

/** What is done with a client. */
const ofClient: Readonly<Record<string, string>> = {
  backlog: 'in the backlog',
  accepted: 'accepted, not yet served',
  waiting: 'watched for bytes',
  room: 'watched for room',
  timer: 'its WAIT runs',
  reading: 'is read from',
  writing: 'is answered',
  computing: 'is worked for',
  calling: 'is closed',
};

/** Calls that sleep for a client of whom nobody knows yet who it will be. */
const COMING: ReadonlySet<string> = new Set(['accept4', 'recvmsg']);

/** What a thread does. */
const ofWorker: Readonly<Record<string, (call: string, client: string) => string>> = {
  blocked: (call, client) =>
    COMING.has(call) || client === '' ? `asleep in ${call}` : `asleep in ${call} · ${client}`,
  waiting: (call) => `asleep in ${call}`,
  timer: (call, client) => `asleep in ${call} · ${client}`,
  accepting: (_, client) => (client === '' ? 'finds nobody' : `accepts ${client}`),
  reading: (_, client) => `reads ${client}`,
  writing: (_, client) => `answers ${client}`,
  calling: (call) => call,
  computing: () => 'computes',
  node: () => 'in Node’s loop',
};

/** A span in words. @param names the clients' */
export function wordsOf(lane: Lane, { state, call = '', client }: Span, names: readonly string[]): string {
  if (lane.client === undefined) return ofWorker[state]?.(call, names[client ?? -1] ?? '') ?? state;
  return state === 'blocked' ? `a ${call} sleeps for it` : (ofClient[state] ?? state);
}

/** What a lane says beside itself at a time. */
export function nowOf(lane: Lane, time: number, names: readonly string[]): string {
  const { client, spans } = lane;
  if (client !== undefined && time >= client.answered)
    return `answered in ${duration(client.answered - client.connected)}`;
  const span = spanAt(lane, time);
  if (span !== undefined) return wordsOf(lane, span, names);
  if (client !== undefined) return '';
  return time < (spans[0]?.from ?? 0) ? 'not there yet' : 'has ended';
}

/** What the reader points at, in a line. */
export function readoutOf(lane: Lane, time: number, names: readonly string[]): string {
  const span = spanAt(lane, time);
  if (span === undefined) return `${lane.name} · ${clock(time)}`;
  const { from, to } = span;
  return `${lane.name} · ${wordsOf(lane, span, names)} · ${duration(to - from)}, from ${clock(from, 4)} to ${clock(to, 4)}`;
}
