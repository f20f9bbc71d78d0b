/** What the charts of a race show: figures out of its JSON. */
import { cost, type Entry, isBorne, type Race } from '../../lab/race/results.ts';

/** What a racer does as the connections grow. */
export interface Curve {
  racer: string;
  points: { connections: number; low: number; high: number }[];
}

/** A bar, or a dot, with what is written beside it. */
export interface Figure {
  racer: string;
  value: number;
  /** Under which load: a number of connections. */
  connections: number;
}

/** One system call's share of a racer's. */
export interface Share {
  racer: string;
  call: string;
  role: Role;
  /** How many for each request, and how many others stand before them in the bar. */
  count: number;
  before: number;
}

/** A worker of a racer, with what it got against what would have been fair. */
export interface Worker {
  racer: string;
  connections: number;
  share: number;
}

/** What a call is for. */
export type Role = 'waits' | 'reads' | 'writes' | 'other';

const ROLES: readonly [RegExp, Role][] = [
  [/wait|select|poll|io_uring_enter|futex|sleep/, 'waits'],
  [/read|recv/, 'reads'],
  [/write|send/, 'writes'],
];

/** What a call is for. @param call its name, as strace gives it */
export function roleOf(call: string): Role {
  return ROLES.find(([names]) => names.test(call))?.[1] ?? 'other';
}

/** The file is no race. Its message says why. */
export class NoRace extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

/** What is wrong with an entry; undefined where nothing that the charts need is. */
function fault(entry: unknown): string | undefined {
  if (!isObject(entry) || typeof entry.racer !== 'string' || typeof entry.scenario !== 'string')
    return 'an entry has no racer';
  const { load, median, measurements, calls } = entry;
  const where = `${entry.racer}, ${entry.scenario}`;
  if (!isObject(load) || !isObject(load.asking) || !isNumber(load.asking.connections))
    return `${where}: no connections`;
  if (!Array.isArray(measurements) || !measurements.every(isObject)) return `${where}: no measurements`;
  const needed = ['p50', 'p99', 'user', 'system', 'bytesPerConnection', 'pss', 'threads'];
  const whole = isObject(median) && needed.every((key) => isNumber(median[key]));
  if (median === undefined ? measurements.length > 0 : !whole) return `${where}: the medians are not whole`;
  const perRequest = isObject(calls) ? calls.perRequest : {};
  if (!isObject(perRequest) || !Object.values(perRequest).every(isNumber)) return `${where}: the calls are no numbers`;
  const counted = measurements.every(({ accepted = [] }) => Array.isArray(accepted) && accepted.every(isNumber));
  return counted ? undefined : `${where}: the connections of its workers are no numbers`;
}

/** What is wrong with what a race says of itself. */
function head({ machine, command, date }: Record<string, unknown>, racers: unknown): string | undefined {
  if (!isObject(machine)) return 'it names no machine';
  if (!isText(command) || !isText(date)) return 'it does not say where it is from';
  return Array.isArray(racers) && racers.every(isText) ? undefined : 'it names no racers';
}

/**
 * Reads what `npx lab race --json` has written.
 * @throws NoRace where it is something else
 */
export function readRace(text: string): Race {
  let race: unknown;
  try {
    race = JSON.parse(text);
  } catch {
    throw new NoRace('It is no JSON.');
  }
  if (!isObject(race) || !Array.isArray(race.entries) || !isObject(race.provenance)) {
    throw new NoRace('It is JSON, but not of a race: write one with npx lab race --json race.json.');
  }
  if (race.format !== 1) throw new NoRace(`Its format is ${JSON.stringify(race.format)}; these charts know format 1.`);
  const why = head(race.provenance, race.racers) ?? race.entries.map(fault).find((words) => words !== undefined);
  if (why !== undefined) throw new NoRace(`It is not whole: ${why}.`);
  return race as unknown as Race;
}

/** The machine, the command and the time, as they stand under a chart. */
export function sourceOf({ provenance, rounds, partial }: Race): string {
  const { machine, command, date, commit } = provenance;
  const memory = Math.round(machine.memory / 2 ** 30);
  const at = commit === undefined ? '' : ` at ${commit}`;
  const rest = partial === undefined ? '' : `; partial: ${partial}`;
  const times = rounds === 1 ? 'one round' : `medians of ${rounds} rounds`;
  return `${machine.processors} × ${machine.model}, ${memory} GiB, Linux ${machine.kernel}, Node ${machine.node}; ${command}${at}, ${date.slice(0, 10)}; ${times}${rest}`;
}

const connectionsOf = ({ load }: Entry): number => load.asking.connections;
const pings = ({ entries }: Race): Entry[] => entries.filter((entry) => entry.scenario === 'ping' && isBorne(entry));

/** Racers in the order of the race, with a value made of each one's PINGs, the fewest connections first. */
function byRacer(race: Race): [racer: string, entries: Entry[]][] {
  const all = pings(race).sort((a, b) => connectionsOf(a) - connectionsOf(b));
  const of = (racer: string): [string, Entry[]] => [racer, all.filter((entry) => entry.racer === racer)];
  return race.racers.map(of).filter(([, entries]) => entries.length > 0);
}

const curves = (race: Race, ends: (median: NonNullable<Entry['median']>) => readonly [number, number]): Curve[] =>
  byRacer(race).map(([racer, entries]) => ({
    racer,
    points: entries.map((entry) => {
      const [low, high] = ends(entry.median!);
      return { connections: connectionsOf(entry), low, high };
    }),
  }));

/** From a PING to its answer, by connections: the median, and what one in a hundred exceeds. In microseconds. */
export function latency(race: Race): Curve[] {
  return curves(race, ({ p50, p99 }) => [p50, p99]);
}

/** Processor time of a PING by connections, in microseconds. */
export function processorTime(race: Race): Curve[] {
  return curves(race, (median) => [cost(median), cost(median)]);
}

/**
 * The memory of one more connection, where the most were, in bytes. One process and its threads: how much they grew when the
 * connections came (RSS). Where each connection has a thread or a process of its own, that has been there before: what they
 * have more than where there is one connection (PSS, which has shared pages once).
 *
 * @param entries a racer's PINGs
 * @returns undefined where there was no more than one connection
 */
export function connectionMemory(entries: readonly Entry[]): Omit<Figure, 'racer'> | undefined {
  const borne = entries.filter(isBorne).sort((a, b) => connectionsOf(b) - connectionsOf(a));
  const [most, one] = [borne[0], borne.find((entry) => connectionsOf(entry) === 1)];
  if (most === undefined || most === one) return undefined;
  const [median, first] = [most.median!, one?.median];
  const connections = connectionsOf(most);
  const workers = first !== undefined && median.threads - first.threads > (connections - 1) / 2;
  const value = workers ? (median.pss - first.pss) / (connections - 1) : median.bytesPerConnection;
  return { value: Math.max(0, value), connections };
}

/** What a connection adds to each racer's memory, in bytes. */
export function memory(race: Race): Figure[] {
  return byRacer(race).flatMap(([racer, entries]) => {
    const figure = connectionMemory(entries);
    return figure === undefined ? [] : [{ racer, ...figure }];
  });
}

/** With how many connections there are calls counted of somebody. */
export function countedSizes(race: Race): number[] {
  const sizes = pings(race).flatMap((entry) => (entry.calls === undefined ? [] : [connectionsOf(entry)]));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** A call that is rarer is left out of the bars: it would be thinner than a line. */
const RARE = 0.005;

/** The system calls of a PING, as parts of a bar, the waiting ones first. */
export function calls(race: Race, connections: number): Share[] {
  const order: readonly Role[] = ['waits', 'reads', 'writes', 'other'];
  return pings(race)
    .filter((entry) => connectionsOf(entry) === connections)
    .flatMap(({ racer, calls }) => {
      let before = 0;
      return Object.entries(calls?.perRequest ?? {})
        .filter(([, count]) => count >= RARE)
        .map(([call, count]) => ({ racer, call, count, role: roleOf(call) }))
        .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || b.count - a.count)
        .map((share) => {
          const start = before;
          before += share.count;
          return { ...share, before: start };
        });
    });
}

/** What each worker got of the most connections that its racer has borne. */
export function workers(race: Race): Worker[] {
  return byRacer(race).flatMap(([racer, entries]) => {
    const accepted = entries.at(-1)?.measurements[0]?.accepted ?? [];
    if (accepted.length < 2) return [];
    const fair = accepted.reduce((sum, one) => sum + one, 0) / accepted.length;
    return accepted.map((connections) => ({ racer, connections, share: connections / fair }));
  });
}
