/** What happens in a run, in words: the rows of its table, and the places at which a reader steps. */

import type { Call, Recording } from '../../lab/traces/recording.ts';
import { lanesOf, type State } from './lanes.ts';

/** Something that happens. */
export interface Event {
  /** In microseconds since the run began. */
  readonly time: number;
  /** A client or a thread. */
  readonly who: string;
  readonly what: string;
  /** How long it took, in microseconds; undefined for a moment. */
  readonly took?: number;
}

const number = new Intl.NumberFormat('en');

/** Such as `7 bytes`, `1 byte`. */
function bytes(count: number): string {
  return `${number.format(count)} ${count === 1 ? 'byte' : 'bytes'}`;
}

/** A span of time in words, with three digits: `412 ms`, `63 µs`, `1.24 s`. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  const [value, unit] = microseconds < 999_500 ? [microseconds / 1000, 'ms'] : [microseconds / 1e6, 's'];
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${unit}`;
}

/** A time of the run in seconds, to the microsecond. */
export function clock(microseconds: number, digits = 3): string {
  return `${(microseconds / 1e6).toFixed(digits)} s`;
}

/** What clients do. */
function clientEvents({ clients }: Recording): Event[] {
  return clients.flatMap(({ name: who, connected, sent, reads, answered, left }) => [
    { time: connected, who, what: 'connects' },
    ...sent.map(([time, count]) => ({ time, who, what: `sends ${bytes(count)}` })),
    ...(reads === undefined ? [] : [{ time: reads, who, what: 'begins to read' }]),
    { time: answered, who, what: `has its whole answer, ${duration(answered - connected)} after it connected` },
    { time: left, who, what: 'sees the end of its connection' },
  ]);
}

const VERBS: Readonly<Record<string, (of: string, result: number) => string>> = {
  read: (of, result) => (result > 0 ? `reads ${bytes(result)} from ${of}` : `reads the end of what ${of} sends`),
  write: (of, result) => (result < 0 ? `has no room for more to ${of}` : `writes ${bytes(result)} to ${of}`),
  accept: (of) => `accepts ${of}`,
  sendmsg: (of) => `hands ${of} to a child`,
  recvmsg: (of) => `is handed ${of}`,
  nanosleep: (of) => `sleeps in nanosleep, for the WAIT of ${of}`,
  close: (of) => `closes the connection of ${of}`,
  shutdown: (of) => `ends its side of the connection of ${of}`,
  timeout: (of) => `is told that the WAIT of ${of} is over`,
  poll: (of) => `is told that there is room for ${of} again`,
};
const SYNONYMS: Readonly<Record<string, string>> = { recv: 'read', send: 'write', writev: 'write', accept4: 'accept' };

/** A call in words; undefined for those that are not worth a row. */
function words(
  [, , name, client, result]: Call,
  state: State | undefined,
  names: readonly string[],
): string | undefined {
  const of = names[client];
  if (state === 'waiting') return `sleeps in ${name}, for any of its clients`;
  const verb = VERBS[SYNONYMS[name] ?? name];
  if (of === undefined) return state === 'blocked' ? `sleeps in ${name}` : undefined;
  if (verb === undefined || (name === 'poll' && result < 0)) return undefined;
  return state === 'blocked' ? `sleeps in ${name} and ${verb(of, result)}` : verb(of, result);
}

/** What threads do. Writes to one client in a row are one. */
function workerEvents(recording: Recording): Event[] {
  const names = recording.clients.map(({ name }) => name);
  const { workers } = lanesOf(recording);
  return recording.workers.flatMap(({ name: who, calls }, i) => {
    const states = new Map(workers[i]!.spans.map(({ from, call, state }) => [`${from} ${call}`, state]));
    const through = i === 0 ? (recording.requests ?? []) : [];
    const all = [...calls, ...through.map(request)].sort((a, b) => a[0] - b[0]);
    const events: Event[] = [];
    let run: { client: number; count: number; sum: number; from: number } | undefined;
    for (const call of all) {
      const [began, took, name, client, result] = call;
      const state = states.get(`${began} ${name}`);
      const writes = SYNONYMS[name] === 'write' || name === 'write';
      if (writes && state !== 'blocked' && result >= 0) {
        const again = run !== undefined && run.client === client;
        run = again
          ? { ...run!, count: run!.count + 1, sum: run!.sum + result }
          : { client, count: 1, sum: result, from: began };
        const what = `writes ${bytes(run.sum)} to ${names[client]}${run.count > 1 ? `, in ${run.count} calls` : ''}`;
        if (names[client] === undefined) continue;
        if (again) events.pop();
        events.push({ time: run.from, who, what, took: began + took - run.from });
        continue;
      }
      const what = words(call, state, names);
      if (what === undefined) continue;
      run = undefined;
      events.push({ time: began, who, what, ...(took === 0 ? {} : { took }) });
    }
    return events;
  });
}

/** A request as a row: when its completion was told, but for sending, which takes its time. */
function request([began, took, name, client, result]: Call): Call {
  return name === 'send' ? [began, took, name, client, result] : [began + took, 0, name, client, result];
}

/** All that happens, in the order of time. */
export function eventsOf(recording: Recording): Event[] {
  return [...clientEvents(recording), ...workerEvents(recording)].sort((a, b) => a.time - b.time);
}
