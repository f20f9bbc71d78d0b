/** io_uring: one thread asks beforehand for all that shall happen, and is told what has happened, much of it in one call. */

import { descriptorLimit } from '../../lib/program/places.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { registerFiles } from '../../lib/sys/registered.ts';
import { Ring, refusal } from '../../lib/sys/ring.ts';
import { Accepting } from './accepting.ts';
import { Bell } from './bell.ts';
import { Connections } from './connections.ts';
import { Kind } from './kinds.ts';

const NAME = '13-io-uring';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly direct?: number | true;
  readonly entries: number;
  readonly buffers: number;
}

/** Hears of a completion that is of no connection. */
type Told = (loop: Loop, kind: number, result: number, flags: number) => void;

/** A ring, and the connections whose requests are in it. */
export class Loop {
  readonly ring: Ring;
  readonly connections: Connections;
  /** Connections are places in its table of files, and no descriptors. */
  readonly direct: boolean;
  readonly #places: number;
  /** It has been told something in its last turn … */
  #told = true;
  /** … or has put something off. */
  more = false;

  constructor({ entries, buffers }: Options, places: number) {
    this.ring = new Ring(entries);
    if (places > 0) registerFiles(this.ring, places);
    this.direct = places > 0;
    this.#places = this.direct ? places : Number.POSITIVE_INFINITY;
    this.connections = new Connections(this.ring, this.direct, buffers);
  }

  /** For how many more connections it has places. */
  get free(): number {
    return this.#places - this.connections.count;
  }

  /** Whether it must have a turn, though nobody wakes it. */
  get awake(): boolean {
    return this.#told || this.more || this.ring.queued > 0;
  }

  wake(): void {
    this.#told = true;
  }

  // #region turn
  /** Submits what was asked for, and hears what has happened. @param wait whether to sleep until something has */
  turn(wait: boolean, own: Told): void {
    const { ring, connections } = this;
    ring.enter(wait ? 1 : 0);
    connections.begin();
    this.#told = false;
    for (;;) {
      while (ring.next()) {
        this.#told = true;
        if (ring.kind < Kind.Own) connections.told(ring.kind, ring.subject, ring.result, ring.flags);
        else own(this, ring.kind, ring.result, ring.flags);
      }
      ring.taken();
      if (!ring.overflown) break;
      ring.flush(); // more had completed than the queue has room for
    }
    this.more = connections.finish();
  }
  // #endregion turn
}

// #region serve
/** Serves connections for ever. @param listener a socket that listens, blocking */
function serve(listener: number, loops: readonly [Loop, ...Loop[]]): void {
  const [first, ...rest] = loops;
  const accepting = new Accepting(listener, loops);
  const bell = new Bell(first.ring, rest);
  const told: Told = (loop, kind, result, flags) => {
    if (kind === Kind.Rung) bell.rung();
    else accepting.told(loop, kind, result, flags);
  };
  for (;;) {
    accepting.begin();
    let wait = !first.more;
    for (const loop of rest) {
      if (loop.awake) loop.turn(false, told);
      if (loop.awake) wait = false;
    }
    first.turn(wait, told); // the thread sleeps in the first ring alone, where the others ring
  }
}
// #endregion serve

/** The sizes of tables of files for so many connections: none may be larger than the limit of descriptors. */
function tables(direct: number | true | undefined): number[] {
  if (direct === undefined) return [0];
  const limit = descriptorLimit();
  const count = direct === true ? 1 : Math.ceil(direct / limit);
  return Array.from({ length: count }, () => (direct === true ? limit : Math.ceil(direct / count)));
}

function openLoops(options: Options): [Loop, ...Loop[]] {
  try {
    return tables(options.direct).map((places) => new Loop(options, places)) as [Loop, ...Loop[]];
  } catch (error) {
    console.error(`${NAME}: ${refusal(error)}; run chapters/09-epoll/server.ts instead`);
    process.exit(1);
  }
}

const options = serverCommand(NAME, 'serve any number of clients in one thread, with io_uring')
  .option(
    '--direct [clients]',
    'give connections no descriptors, but places in tables for so many',
    wholeNumber(1, 1_000_000),
  )
  .option(
    '--entries <n>',
    'requests that are submitted at once; twice as many may complete',
    wholeNumber(1, 32_768),
    256,
  )
  .option('--buffers <n>', 'buffers of 2 KiB to receive into', wholeNumber(1, 32_768), 64)
  .parse()
  .opts<Options>();
const loops = openLoops(options);
const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
serve(listener, loops);
