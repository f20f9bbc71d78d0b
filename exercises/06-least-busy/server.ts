/** The server of chapter 06 and its children; your Dealer says whom a connection is handed to. */

import type { ChildProcess } from 'node:child_process';
import { Place } from '../../chapters/06-descriptor-passing/place.ts';
import { Acceptor } from '../../lib/program/acceptor.ts';
import { startChild } from '../../lib/program/launch.ts';
import { Pool } from '../../lib/program/pool.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { tally } from '../../lib/program/tally.ts';
import { close } from '../../lib/sys/io.ts';
import { subject } from '../check/subject.ts';

const NAME = '06-least-busy';
const ENTRY = new URL('../../chapters/06-descriptor-passing/child.ts', import.meta.url);
const options = serverCommand(NAME, 'accept in one process, and hand connections to others as your Dealer says')
  .option('--children <n>', 'how many processes serve', wholeNumber(1, 256), 2)
  .parse()
  .opts<{ host: string; port: number; children: number }>();
const { Dealer } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Dealer');
const listener = await openServer(NAME, options, { nonblocking: true });
const places = Array.from({ length: options.children }, (_, slot) => new Place(slot));
const dealer = new Dealer(places.length);
let changed = (): void => {};

/** Who is next, as soon as somebody is. */
async function next(): Promise<Place> {
  for (;;) {
    const slot = dealer.next();
    if (slot !== undefined) return placeOf(slot);
    await new Promise<void>((resolve) => {
      changed = resolve;
    });
  }
}

function placeOf(slot: number): Place {
  const place = places[slot];
  if (place === undefined) throw new Error(`next() returns ${slot}: there are ${places.length} children, from 0 on`);
  return place;
}

function start(slot: number): ChildProcess {
  const theirs = places[slot]!.open(() => {
    dealer.free(slot);
    changed();
  });
  try {
    return startChild(ENTRY, [], [theirs]);
  } finally {
    close(theirs); // or the end of the child would not be the end of the channel
  }
}

function ended(slot: number): string {
  const lost = places[slot]!.close();
  dealer.ended(slot);
  return lost ? ' with a connection in hand, which is lost' : '';
}

const pool = new Pool(NAME, places.length, start, ended);
const acceptor = new Acceptor(listener);

// #region deal
async function deal(): Promise<never> {
  for (;;) {
    await next(); // while nobody is free, clients wait in the backlog
    const client = await acceptor.accept();
    while (!hand(client, await next())); // asked again: much may have happened meanwhile
    close(client);
  }
}

function hand(client: number, place: Place): boolean {
  dealer.handed(place.slot);
  const handed = place.hand(client);
  if (!handed) pool.members[place.slot]?.kill('SIGKILL'); // a child that cannot be reached is replaced
  return handed;
}
// #endregion deal

let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  acceptor.close();
  pool.stop();
  for (const child of pool.members) child?.kill('SIGKILL');
  const rows = places.map(({ slot, connections, busy }) => [slot, connections, Math.round(busy)]);
  console.log(tally(['slot', 'connections', 'busy-ms'], rows, 1));
  process.exitCode = 0;
}

process.on('SIGINT', stop).on('SIGTERM', stop);
announce(NAME, listener);
deal();
