/** What a recorded run shows: for each client and each thread of the server a lane, with what it does at which time. */

import type { Call, RecordedClient, RecordedWorker, Recording } from '../../lab/traces/recording.ts';

/**
 * What a lane shows at a time.
 *
 * - backlog: the client has connected, and nobody has accepted it
 * - accepted: whoever shall serve it has not begun to
 * - blocked: a thread sleeps in a call that is about one client, or in accept4
 * - waiting: a thread sleeps in a call that tells of many; of a client: nobody's call is about it, but such a call will tell
 * - room: the same, as the client's side takes no more bytes for now
 * - timer: a WAIT runs
 * - accepting, reading, writing: in a call that does so
 * - calling: in another call; of a client: its connection is being closed
 * - computing: between two calls
 * - node: in Node's own loop, or between two of its calls, which were not recorded
 */
export type State =
  | 'backlog'
  | 'accepted'
  | 'blocked'
  | 'waiting'
  | 'room'
  | 'timer'
  | 'accepting'
  | 'reading'
  | 'writing'
  | 'calling'
  | 'computing'
  | 'node';

/** A state for some time, in microseconds since the run began. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly state: State;
  /** The call that it is spent in. */
  readonly call?: string;
  /** Of a thread's span: the client that it is about, by its place. */
  readonly client?: number;
}

/** One line of the picture. */
export interface Lane {
  readonly name: string;
  /** The client; a thread has none. */
  readonly client?: RecordedClient;
  /** One after another, without a gap; before the first and after the last nobody was there. */
  readonly spans: readonly Span[];
}

/** Calls that tell of many descriptors. */
const WAITS: readonly string[] = ['select', 'poll', 'epoll_wait', 'epoll_pwait', 'io_uring_enter'];
const STATES: Readonly<Record<string, State>> = {
  accept4: 'accepting',
  read: 'reading',
  recv: 'reading',
  write: 'writing',
  writev: 'writing',
  send: 'writing',
};
/** A shorter call may have slept or not: it is drawn as what it did. In microseconds. */
const ASLEEP = 200;

const endOf = ([began, took]: Call): number => began + took;

/** Whether a thread waits for many: then no other call of it sleeps. */
function waitsForMany({ calls }: RecordedWorker): boolean {
  return calls.some(([, , name]) => WAITS.includes(name));
}

/** What a thread does in a call. */
function stateOf([, took, name]: Call, many: boolean): State {
  if (WAITS.includes(name)) return took >= ASLEEP ? 'waiting' : 'calling';
  if (name === 'nanosleep') return 'timer';
  return took >= ASLEEP && !many ? 'blocked' : (STATES[name] ?? 'calling');
}

/** The lane of a thread. */
function workerLane(worker: RecordedWorker, duration: number): Lane {
  const many = waitsForMany(worker);
  const between: State = worker.between === 'node' ? 'node' : 'computing';
  const spans: Span[] = [];
  let at = worker.began;
  const gap = (to: number): void => {
    if (to > at) spans.push({ from: at, to, state: between });
  };
  for (const call of worker.calls) {
    const [began, , name, client] = call;
    gap(began);
    const state = worker.between === 'node' ? (STATES[name] ?? 'calling') : stateOf(call, many);
    spans.push({ from: began, to: endOf(call), state, call: name, ...(client < 0 ? {} : { client }) });
    at = endOf(call);
  }
  gap(worker.ended ?? duration);
  return { name: worker.name, spans };
}

/** A call about a client, and the thread that made it. */
interface Served {
  readonly call: Call;
  readonly worker: number;
}

/** The calls that serve a client. Of a ring, requests stand for them; what came was there when it was told. */
function callsFor({ workers, requests }: Recording, client: number): Served[] {
  const all =
    requests === undefined
      ? workers.flatMap(({ calls }, worker) => calls.map((call) => ({ call, worker })))
      : requests.map((call) => ({ call: call[2] === 'recv' ? told(call) : call, worker: 0 }));
  return all
    .filter(({ call: [, , name, about] }) => about === client && (name === 'nanosleep' || name in STATES))
    .filter(({ call: [, , name] }) => name !== 'accept4')
    .sort((a, b) => a.call[0] - b.call[0]);
}

function told([began, took, ...rest]: Call): Call {
  return [began + took, 0, ...rest];
}

/** When a client was accepted, and by which thread. */
function acceptance({ workers, requests }: Recording, client: number): { time: number; worker: number } | undefined {
  const accepts = (calls: readonly Call[]): Call | undefined =>
    calls.find(([, , name, about, result]) => /^accept/.test(name) && about === client && result >= 0);
  const asked = accepts(requests ?? []);
  if (asked !== undefined) return { time: endOf(asked), worker: 0 };
  const worker = workers.findIndex(({ calls }) => accepts(calls) !== undefined);
  return worker < 0 ? undefined : { time: endOf(accepts(workers[worker]!.calls)!), worker };
}

/** What a client waits for between two calls that are about it. @param slept whether its thread slept meanwhile */
function between(before: Served | undefined, next: Served, slept: boolean, accepter: number): State {
  if (slept) {
    const [, , did, , count] = before?.call ?? [0, 0, '', 0, 0];
    const writes = STATES[next.call[2]] === 'writing';
    if (writes && STATES[did] === 'reading' && count > 0) return 'timer'; // nothing else lets an answer wait
    return writes && STATES[did] === 'writing' ? 'room' : 'waiting';
  }
  return before === undefined && next.worker !== accepter ? 'accepted' : 'computing';
}

/** The lane of a client. */
function clientLane(recording: Recording, place: number): Lane {
  const client = recording.clients[place]!;
  const spans: Span[] = [];
  let at = client.connected;
  const until = (to: number, state: State, call?: string): void => {
    const end = Math.min(to, client.left);
    if (end <= at && state !== 'reading') return;
    spans.push({ from: at, to: Math.max(end, at), state, ...(call === undefined ? {} : { call }) });
    at = Math.max(end, at);
  };
  const accepted = acceptance(recording, place);
  until(accepted?.time ?? client.left, 'backlog');
  let before: Served | undefined;
  for (const served of callsFor(recording, place)) {
    const { call, worker } = served;
    const [began, , name] = call;
    const thread = recording.workers[worker]!;
    const slept = thread.calls.some(
      (other) => WAITS.includes(other[2]) && other[1] >= ASLEEP && other[0] >= at - ASLEEP && endOf(other) <= began + 1,
    );
    until(began, between(before, served, slept, accepted?.worker ?? -1));
    const state = stateOf(call, waitsForMany(thread));
    until(endOf(call), state, name);
    before = served;
  }
  until(client.left, 'calling', 'close'); // or the end of its process, which closes it too
  return { name: client.name, client, spans };
}

/** The lanes of a run: first its clients', then its threads'. */
export function lanesOf(recording: Recording): { clients: Lane[]; workers: Lane[] } {
  return {
    clients: recording.clients.map((_, place) => clientLane(recording, place)),
    workers: recording.workers.map((worker) => workerLane(worker, recording.duration)),
  };
}

/** How a state is drawn: asleep, or watched, where a client's lane and a thread's have the same word for two things. */
export type Meaning = Exclude<State, 'blocked' | 'waiting'> | 'asleep' | 'watched';

/** What of all this a run shows. */
export function meaningOf(recording: Recording): Meaning[] {
  const { clients, workers } = lanesOf(recording);
  const meanings = [...clients, ...workers].flatMap(({ client, spans }) =>
    spans.map(({ state }): Meaning => {
      if (state === 'blocked') return 'asleep';
      if (state === 'waiting') return client === undefined ? 'asleep' : 'watched';
      return state;
    }),
  );
  return [...new Set(meanings)];
}

/** What a lane shows at a time; undefined before its first span, and after its last. */
export function spanAt({ spans }: Lane, time: number): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.from <= time) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span !== undefined && time < span.to ? span : undefined;
}
