/** What the dashboard tells its pages: who there is, and what was seen of them each time it looked. */

/** How often it looks, in milliseconds. */
export const INTERVAL = 400;
/** So long a page can look back, in milliseconds. */
export const SPAN = 15 * 60_000;
/** So many servers are watched at a time, and so many loads. */
export const MOST = 32;
/** So many workers of one server are told, evenly out of more of them; and so many cores, and kinds of system calls. */
export const MOST_WORKERS = 32;
export const MOST_CORES = 64;
export const MOST_CALLS = 8;

/** A server or a load, from its beginning to its end. */
export interface Subject {
  /** It is not used again. */
  readonly id: number;
  readonly kind: 'server' | 'load';
  /** `09-epoll`, or the words of the load's command line. */
  readonly name: string;
  /** Where it listens, or what it loads; several with commas. */
  readonly where: string;
  readonly pid: number;
  /** When it began, and when it was seen no more, in milliseconds since 1970. */
  readonly began: number;
  readonly ended?: number;
}

/** A server, as it was seen. Rates are per second, processor times in per cent of one core, memory is in bytes. */
export interface ServerSample {
  /** Those that are established, and all of them by the names of tcp(7). */
  readonly connections: number;
  readonly states: Readonly<Record<string, number>>;
  /** Those that each worker has, the busiest first; workers without any are counted too. */
  readonly workers: readonly number[];
  /** Connections that wait to be accepted, and how many may. */
  readonly queue: number;
  readonly backlog: number;
  readonly processes: number;
  readonly threads: number;
  readonly user: number;
  readonly system: number;
  readonly memory: number;
  readonly voluntary: number;
  readonly involuntary: number;
  /** System calls by name; missing where they are not traced. */
  readonly calls?: Readonly<Record<string, number>>;
}

/** A load, as it was seen; rates are per second. */
export interface LoadSample {
  readonly requests: number;
  readonly errors: number;
  readonly connected: number;
}

/** Percentiles of the round trips that ended lately, in microseconds, over all loads. */
export interface RoundTrips {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** All that was seen at one time. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Each core's user, system and softirq time, in per cent. */
  readonly cores: readonly (readonly [number, number, number])[];
  /** The machine's: how often a listener's queue was full, and connections dropped by listeners, per second. */
  readonly overflows: number;
  readonly drops: number;
  /** By the subject's id. */
  readonly servers: Readonly<Record<string, ServerSample>>;
  readonly loads: Readonly<Record<string, LoadSample>>;
  /** Missing where nobody was answered. */
  readonly trips?: RoundTrips;
}
