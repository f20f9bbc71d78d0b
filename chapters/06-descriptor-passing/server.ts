/** Descriptor passing: one process accepts, and hands each connection to a child that is free, over a Unix socket. */

import type { ChildProcess } from 'node:child_process';
import { Option } from 'commander';
import { Acceptor } from '../../lib/program/acceptor.ts';
import { startChild } from '../../lib/program/launch.ts';
import { Pool } from '../../lib/program/pool.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { tally } from '../../lib/program/tally.ts';
import { close } from '../../lib/sys/io.ts';
import { Place } from './place.ts';

const NAME = '06-descriptor-passing';
const ENTRY = new URL('./child.ts', import.meta.url);

// #region policies
/** Who is next of those that are free; they stand in the order of their slots, and there is at least one. */
const policies = {
  'round-robin': (free: Place[]): Place => free.find(({ slot }) => slot > last) ?? free[0]!,
  'least-busy': (free: Place[]): Place => free.reduce((least, place) => (place.busy < least.busy ? place : least)),
};
/** The slot of whoever was chosen last. */
let last = -1;
// #endregion policies

const options = serverCommand(NAME, 'accept in one process, serve in a fixed number of others')
  .option('--children <n>', 'how many processes serve', wholeNumber(1, 256), 4)
  .addOption(
    new Option('--policy <policy>', 'which free child is next: in turn, or whoever had the least to do so far')
      .choices(Object.keys(policies))
      .default('round-robin'),
  )
  .parse()
  .opts<{ host: string; port: number; children: number; policy: keyof typeof policies }>();
const choose = policies[options.policy];

const listener = await openServer(NAME, options, { nonblocking: true });
const places = Array.from({ length: options.children }, (_, slot) => new Place(slot));

// #region free
let freed = (): void => {};

/** Those who are free, as soon as there is one. */
async function whoIsFree(): Promise<Place[]> {
  for (;;) {
    const free = places.filter((place) => place.free);
    if (free.length > 0) return free;
    await new Promise<void>((resolve) => {
      freed = resolve;
    });
  }
}
// #endregion free

// #region start
function start(slot: number): ChildProcess {
  const theirs = places[slot]!.open(() => freed());
  try {
    return startChild(ENTRY, [], [theirs]);
  } finally {
    close(theirs); // or the end of the child would not be the end of the channel
  }
}

function ended(slot: number): string {
  return places[slot]!.close() ? ' with a connection in hand, which is lost' : '';
}

const pool = new Pool(NAME, places.length, start, ended);
announce(NAME, listener);
// #endregion start

// #region deal
const acceptor = new Acceptor(listener);

async function deal(): Promise<never> {
  for (;;) {
    await whoIsFree(); // while nobody is, clients wait in the backlog
    const client = await acceptor.accept();
    while (!hand(client, choose(await whoIsFree()))); // whoever was free may have ended meanwhile
    close(client); // the child has a descriptor of its own
  }
}

function hand(client: number, place: Place): boolean {
  last = place.slot;
  const handed = place.hand(client);
  if (!handed) pool.members[place.slot]?.kill('SIGKILL'); // a child that cannot be reached is replaced
  return handed;
}

deal();
// #endregion deal

// #region stop
let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  acceptor.close();
  pool.stop();
  for (const child of pool.members) child?.kill('SIGKILL'); // asleep in recvmsg or read, it could handle no other
  const rows = places.map(({ slot, connections, busy }) => [
    slot + 1,
    pool.members[slot]?.pid ?? 0,
    connections,
    Math.round(busy),
  ]);
  console.log(tally(['child', 'pid', 'connections', 'busy-ms'], rows, 2));
  process.exitCode = 0; // the process ends when the last child has been reaped
}

process.on('SIGINT', stop).on('SIGTERM', stop);
// #endregion stop
