/** From a trace to a recording: whose call it was, and about whom. */

import type { TraceRecord } from '../../lib/sys/trace.ts';
import { type Call, LEAD, type RecordedClient, type RecordedWorker, type Recording } from './recording.ts';

/** A record of a trace; of a request, when it was made and how long it took until its completion was taken. */
type Record = Pick<TraceRecord, 'time' | 'call' | 'fd' | 'result' | 'duration'>;

/** How the threads of a server are called, and what they do between two calls; a trace does not tell. */
export interface Cast {
  /** The thread that listens. */
  readonly main: string;
  /** All others, to which a number is given. */
  readonly others?: string;
  /** The main thread waits in Node's own loop. */
  readonly node?: boolean;
}

/** What was seen, with times on CLOCK_MONOTONIC in microseconds. */
export interface Seen {
  /** The process that listens. */
  readonly pid: number;
  readonly records: readonly TraceRecord[];
  /** Of a server with a ring: its requests. Those about connections have their descriptors. */
  readonly requests?: readonly Record[];
  readonly clients: readonly RecordedClient[];
}

const ACCEPTS = ['accept4', 'accept'];
const end = ({ time, duration }: Record): number => time + duration;
const byTime = (a: Record, b: Record): number => a.time - b.time;
/** When it took effect, at the latest; a message can be taken before its sender is told that it was sent. */
const effect = (record: Record): number => (record.call === 'sendmsg' ? record.time : end(record));
const byEffect = (a: Record, b: Record): number => effect(a) - effect(b);
const accepted = ({ call, result }: Record): boolean => ACCEPTS.includes(call) && result >= 0;

/**
 * Whom each record is about, by the client's place. Connections are accepted in the order in which they came, as the
 * kernel keeps them, so the first that is accepted is the first client's; whoever comes after the clients is -1. From
 * then on a descriptor of that process is this client's, until it is closed. It goes to another process in one of two
 * ways: a message takes it there, or a child inherits it, the first child the first one.
 */
function subjects({ pid, records, clients }: Seen): Map<Record, number> {
  const about = new Map<Record, number>();
  const known = (place: number): number => (place < clients.length ? place : -1);
  const owners = new Map<string, number>();
  const handed: number[] = [];
  const acceptors = new Set(records.filter(accepted).map((record) => record.pid));
  const receivers = new Set(records.filter(({ call }) => call === 'recvmsg').map((record) => record.pid));
  // Processes are numbered as they are started, so the first child has the lowest number.
  const heirs = [...new Set(records.map((record) => record.pid))]
    .filter((other) => other !== pid && !acceptors.has(other) && !receivers.has(other))
    .sort((a, b) => a - b);
  const current = new Map<string, number>();
  let count = 0;
  for (const record of [...records].sort(byEffect)) {
    const { call, fd, result } = record;
    const thread = `${record.pid} ${record.thread}`;
    const key = (number: number): string => `${record.pid} ${number}`;
    const heir = heirs.indexOf(record.pid);
    let place = heir >= 0 ? known(heir) : (owners.get(key(fd)) ?? -1);
    if (accepted(record)) {
      place = known(count++);
      owners.set(key(result), place);
    } else if (call === 'sendmsg' && result > 0) {
      place = current.get(thread) ?? -1; // whom it has just accepted
      handed.push(place);
    } else if (call === 'recvmsg' && result >= 0) {
      place = handed.shift() ?? -1;
      owners.set(key(result), place);
    } else if (call === 'nanosleep')
      place = current.get(thread) ?? -1; // a thread that sleeps so serves one client
    else if (call === 'close') owners.delete(key(fd));
    if (place >= 0 || accepted(record)) current.set(thread, place);
    about.set(record, place);
  }
  return about;
}

/** Takes times in microseconds on CLOCK_MONOTONIC to those of a run. */
function clockOf(clients: readonly RecordedClient[]): (time: number) => number {
  const first = Math.min(...clients.map(({ connected }) => connected));
  return (time) => Math.round(time - first) + LEAD;
}

/** A record as a call of a run; undefined where it lies outside. */
function callOf(record: Record, place: number, clock: (time: number) => number, duration: number): Call[] {
  const began = Math.max(0, clock(record.time));
  const ended = Math.min(duration, clock(end(record)));
  if (ended < began || began > duration) return [];
  return [
    [began, ended - began, record.call, place, accepted(record) || record.call === 'recvmsg' ? 0 : record.result],
  ];
}

function workersOf(seen: Seen, cast: Cast, clock: (time: number) => number, duration: number): RecordedWorker[] {
  const about = subjects(seen);
  const threads = new Map<string, TraceRecord[]>();
  const order = (a: TraceRecord, b: TraceRecord): number => a.pid - b.pid || a.thread - b.thread;
  for (const record of [...seen.records].sort(order)) {
    const key = `${record.pid} ${record.thread}`;
    threads.set(key, [...(threads.get(key) ?? []), record]);
  }
  let count = 0;
  const workers: RecordedWorker[] = [];
  for (const [key, records] of threads) {
    const main = key === `${seen.pid} 0`;
    const calls = records.sort(byTime).flatMap((record) => callOf(record, about.get(record)!, clock, duration));
    if (calls.length === 0) continue;
    const began = Math.max(0, clock(records[0]!.time));
    const ended = clock(Math.max(...records.map(end)));
    workers.push({
      name: main ? cast.main : `${cast.others ?? 'thread'} ${++count}`,
      between: main && cast.node === true ? 'node' : 'computes',
      began,
      ...(ended < duration ? { ended } : {}),
      calls,
    });
  }
  return workers.sort((a, b) => Number(b.name === cast.main) - Number(a.name === cast.main));
}

/** Whom each request is about: as a call's, by the descriptor that was accepted last under its number. */
function requestsOf({ requests, clients }: Seen, clock: (time: number) => number, duration: number): Call[] {
  const owners = new Map<number, number>();
  let count = 0;
  const about = new Map<Record, number>();
  for (const record of [...(requests ?? [])].sort(byEffect)) {
    const place = count < clients.length ? count : -1;
    if (record.call === 'accept') {
      owners.set(record.result, place);
      count++;
      about.set(record, place);
    } else about.set(record, owners.get(record.fd) ?? -1);
  }
  return [...about.keys()].sort(byTime).flatMap((record) => callOf(record, about.get(record)!, clock, duration));
}

/**
 * Makes a recording of what was seen.
 *
 * @param about the chapter and the machine
 * @throws Error where what was seen cannot be told apart: a client's bytes were not read by whom its connection was
 *   given to
 */
export function reduce(
  about: Pick<Recording, 'chapter' | 'machine' | 'date' | 'seen'>,
  cast: Cast,
  seen: Seen,
): Recording {
  const clock = clockOf(seen.clients);
  const clients = seen.clients.map((client) => ({
    ...client,
    connected: clock(client.connected),
    sent: client.sent.map(([time, bytes]) => [clock(time), bytes] as const),
    ...(client.reads === undefined ? {} : { reads: clock(client.reads) }),
    answered: clock(client.answered),
    left: clock(client.left),
  }));
  // The server may be at its farewell when the client has left; 10 ms are time for that, and room at the end of a line.
  const duration = Math.ceil(Math.max(...clients.map(({ left }) => left)) / 10_000 + 1) * 10_000;
  const workers = workersOf(seen, cast, clock, duration);
  const requests = requestsOf(seen, clock, duration);
  const recording = { version: 1 as const, ...about, duration, clients, workers };
  const whole: Recording = seen.requests === undefined ? recording : { ...recording, requests };
  for (const [place, client] of clients.entries()) checkBytes(whole, client, place);
  return whole;
}

/** What was read from a client must be what it sent, to the byte. */
function checkBytes({ workers, requests }: Recording, { name, sent }: RecordedClient, place: number): void {
  const bytes = sent.reduce((sum, [, count]) => sum + count, 0);
  const read = [...workers.flatMap(({ calls }) => calls), ...(requests ?? [])]
    .filter(([, , call, client, result]) => (call === 'read' || call === 'recv') && client === place && result > 0)
    .reduce((sum, [, , , , result]) => sum + result, 0);
  if (read !== bytes)
    throw new Error(`${name} sent ${bytes} bytes, and the server read ${read} from it: record it again`);
}
