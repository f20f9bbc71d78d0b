/** A recorded run: what was seen of a chapter's server while it served the six clients of the scenario. */

/**
 * One run, as `lab/traces/record.ts` writes it to `chapters/NN-name/recording.json`. It holds what was seen and no
 * interpretation. All times are whole microseconds since the beginning of the run, which is LEAD before the first client
 * connects.
 */
export interface Recording {
  /** Of this shape. Whoever reads another number has to be changed together with the recorder. */
  readonly version: 1;
  /** The chapter's folder, as in `09-epoll`. */
  readonly chapter: string;
  /** Processor, memory, kernel and Node of the machine on which it ran. */
  readonly machine: string;
  /** The day, as in `2026-11-21`. */
  readonly date: string;
  /**
   * Where the calls were seen: by `--trace`; for io_uring besides that what went through its rings; or by strace, where
   * Node makes the calls.
   */
  readonly seen: 'trace' | 'rings' | 'strace';
  /** When the run is over: all clients have left. */
  readonly duration: number;
  /** In the order in which they connect. */
  readonly clients: readonly RecordedClient[];
  /** The server's threads, be they in one process or in several; only those that made a call during the run. */
  readonly workers: readonly RecordedWorker[];
  /** What was asked of the kernel through a ring; only where calls do not tell. */
  readonly requests?: readonly Request[];
}

/** A client, by its own clock, which is the server's. */
export interface RecordedClient {
  /** As in `A`, `PING 1`. */
  readonly name: string;
  /** What is difficult about it, as in `slow sender`; empty where nothing is. */
  readonly what: string;
  /** When it began to connect; from then on it is in the backlog, until it is accepted. */
  readonly connected: number;
  /** When it sent, and how many bytes. */
  readonly sent: readonly (readonly [time: number, bytes: number])[];
  /** When a slow reader began to read what had come. */
  readonly reads?: number;
  /** When it had its whole answer. */
  readonly answered: number;
  /** When it had seen the server's end of the connection. */
  readonly left: number;
}

/** A thread of the server. */
export interface RecordedWorker {
  /** As in `process`, `child 2`. */
  readonly name: string;
  /** Between its calls it computes, or sleeps in Node's own loop, whose calls were not seen. */
  readonly between: 'computes' | 'node';
  /** When it was first seen; 0 for one that was there before. */
  readonly began: number;
  /** When it was last seen, if that was for ever. */
  readonly ended?: number;
  /** In the order of their time. */
  readonly calls: readonly Call[];
}

/**
 * One call: when it began, how long it took, the man page's name, the client that it was about by its place in
 * `clients`, or -1 for none, and what it returned: bytes, a count, 0, or a negative errno. Of an accept4 that gave a
 * connection, 0.
 */
export type Call = readonly [began: number, took: number, name: string, client: number, result: number];

/** One request: as a call, which takes until its completion was taken from the ring. */
export type Request = Call;

/** So long before the first client connects the run begins, in microseconds. */
export const LEAD = 100_000;
