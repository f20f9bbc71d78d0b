/** What a chapter's front matter promises is what its server does: who blocks whom, what a client costs, how many fit. */

import { availableParallelism } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import { type Asker, countUnread, newAskers, served, servedBeforeBurns, stillOpen } from '../lib/testing/asker.ts';
import { countListening, headcount, listeners, settled } from '../lib/testing/kernel.ts';
import { descriptors } from '../lib/testing/proc.ts';
import { type Server, startServer, until } from '../lib/testing/server.ts';
import type { Blocks, Traits } from './chapters.ts';
import { REFUSING, type ServerChapter, serverChapters } from './servers.ts';

/** Where fewer clients are served at once, each of them is all that its worker has. */
const FEW = 64;
/** More clients than any chapter has workers by default. */
const CROWD = 8 + 2 * availableParallelism();

/** Connects newcomers. @param again whether there were some already, with whom nothing could be proved */
type Join = (again: boolean) => Promise<Asker[]>;

/** A way to keep a server busy. */
interface Occupation {
  readonly trait: 'slowSender' | 'slowReader' | 'wait' | 'burn';
  readonly title: string;
  /** Whose PING is answered, of askers and of those who join, while occupants keep it up. The last begins only now. */
  served(server: Server, askers: Asker[], occupants: readonly Asker[], join: Join): Promise<Asker[]>;
  /** Ends it, where the client can. */
  readonly end?: (occupant: Asker, t: ExecutionContext) => Promise<void>;
}

/** An occupation that lasts for as long as the client wants. @param begin what the client sends */
function lasting(begin: string): Occupation['served'] {
  return async (server, askers, occupants, join) => {
    occupants.at(-1)?.client.send(begin);
    await settled(server); // it has gone as far with it as it can
    if (countUnread(server, occupants) > 0) throw new Error(`the server has not read ${JSON.stringify(begin)}`);
    askers.push(...(await join(false)));
    return served(server, askers);
  };
}

const occupations: readonly Occupation[] = [
  {
    trait: 'slowSender',
    title: 'a client that sends half a line and pauses',
    served: lasting('ECHO ha'),
    async end({ client }, t) {
      t.is(await client.send('lf\n').line(), 'half');
    },
  },
  {
    trait: 'slowReader',
    title: 'a client that does not read its answers',
    served: lasting('STREAM 1000000000000\n'),
    async end({ client }) {
      client.reset();
    },
  },
  {
    // Longer than any test. A thread that sleeps so cannot be woken by its client, so it has no end but the server's.
    trait: 'wait',
    title: 'a WAIT',
    served: lasting('WAIT 600000\n'),
  },
  {
    trait: 'burn',
    title: 'a BURN',
    served: servedBeforeBurns,
    async end(occupant) {
      await until(() => !occupant.waits, 'the BURN is answered');
    },
  },
];

/** How many clients a measurement takes: so many occupy, one after the other, while so many others stay connected. */
function crowd({ clients, connection }: Traits): { occupants: number; idle: number } {
  const number = clients === 'descriptors' ? Number.POSITIVE_INFINITY : clients;
  if (connection !== 'nothing') return { occupants: Math.min(4, number - 1), idle: 0 }; // each brings its worker
  if (number < FEW) return { occupants: number, idle: 0 };
  return { occupants: CROWD, idle: 16 };
}

/**
 * Finds out whom an occupation blocks: one client after another takes it up, each of them one that was just served, and
 * so by a worker that was free; after each, the others ask. Nobody ever waits: it blocks nobody. All wait for the very
 * first: it blocks everyone. All wait in the end: each blocked its worker.
 */
async function measure(t: ExecutionContext, { path, traits }: ServerChapter, occupation: Occupation): Promise<Blocks> {
  const server = await startServer(t, path);
  const most = crowd(traits);
  const idle = await newAskers(t, server, most.idle); // connected beforehand, to whatever worker
  const occupants: Asker[] = [];
  const seen: string[] = [];
  let waited = 0;
  // Who brings a worker along needs none that is free, but time to start, which the first newcomer has had.
  const join: Join = async (again) => newAskers(t, server, again && traits.connection !== 'nothing' ? 0 : 1);
  for (;;) {
    const askers = occupants.length === 0 ? [...idle, ...(await join(false))] : [...idle];
    const quick = await (occupants.length === 0
      ? served(server, askers)
      : occupation.served(server, askers, occupants, join));
    waited = Math.max(waited, askers.length - quick.length);
    seen.push(`${occupants.length} at it, ${quick.length} of ${askers.length} others served`);
    if (quick.length === 0) {
      for (const occupant of occupation.end ? occupants : []) {
        await occupation.end?.(occupant, t);
        occupant.client.close();
      }
      t.true(occupants.length > 0, 'somebody is served as long as nobody is busy');
      if (occupation.end)
        t.is((await served(server, askers)).length, askers.length, 'all are served when it has ended');
      return occupants.length === 1 ? 'everyone' : 'worker';
    }
    if (occupants.length >= most.occupants) break;
    const next = quick.at(-1)!;
    if (idle.includes(next)) idle.splice(idle.indexOf(next), 1);
    for (const asker of askers) if (asker !== next && !idle.includes(asker)) asker.client.close();
    occupants.push(next);
  }
  t.is(waited, 0, `some wait and some do not, whatever comes: ${seen.join('; ')}`);
  return 'nobody';
}

/** What a client costs beside its descriptor. */
async function cost(t: ExecutionContext, { path, traits }: ServerChapter): Promise<Traits['connection']> {
  const server = await startServer(t, path);
  const [first] = (await newAskers(t, server, 1)) as [Asker]; // with whom all begins that begins but once
  t.is((await served(server, [first])).length, 1);
  first.client.close();
  await settled(server);
  const before = headcount(server);
  const askers = await newAskers(t, server, Math.min(8, traits.clients === 'descriptors' ? 8 : traits.clients));
  t.is((await served(server, askers)).length, askers.length);
  await settled(server);
  const after = headcount(server);
  for (const { client } of askers) client.close();
  await until(() => {
    const { processes, threads } = headcount(server);
    return processes === before.processes && threads === before.threads;
  }, 'what was there for the clients has gone with them');
  if (after.processes - before.processes === askers.length) return 'process';
  t.is(after.processes, before.processes);
  if (after.threads - before.threads === askers.length) return 'thread';
  t.is(after.threads, before.threads);
  return 'nothing';
}

/** Who is served of more clients than there is room for; the others either wait in the kernel or are refused. */
interface Served {
  readonly served: Asker[];
  readonly waiting: Asker[];
  readonly refused: Asker[];
}

async function overfill(t: ExecutionContext, server: Server, clients: number): Promise<Served> {
  const askers = await newAskers(t, server, clients);
  await settled(server); // nobody has asked yet: a client that is refused shall see an end and no reset
  const open = stillOpen(server, askers);
  const quick = await served(server, open);
  return {
    served: quick,
    waiting: open.filter((asker) => !quick.includes(asker)),
    refused: askers.filter((asker) => !open.includes(asker)),
  };
}

/** When one of those who are served leaves, one more is served: of those who wait, or a newcomer. */
async function oneForOne(t: ExecutionContext, server: Server, { served: quick, waiting }: Served): Promise<void> {
  // Where several sockets listen (SO_REUSEPORT), those who wait at one are not served by who listens at another.
  const shared = countListening(server) === 1;
  for (const { client } of quick.slice(0, shared ? 1 : quick.length)) client.close();
  if (waiting.length === 0) await settled(server); // it has seen that one has left, before the newcomer comes
  const next = waiting.length > 0 ? waiting : await newAskers(t, server, 1);
  for (const asker of next) asker.ask('PING', /^PONG$/);
  const more = shared ? 1 : next.length;
  await until(() => next.filter((asker) => !asker.waits).length >= more, 'one leaves, and another is served');
  t.is((await served(server, next)).length, more, 'and no more than one');
}

/** As many clients are served at once as the number says, or as it leaves where it counts descriptors. */
async function servesNumber(t: ExecutionContext, { path }: ServerChapter, clients: number): Promise<void> {
  const server = await startServer(t, path);
  const all = await overfill(t, server, clients + 8);
  // Who refuses counts descriptors, and has some itself: its standard ones, its listener, and Node's.
  const own = clients < FEW || all.refused.length === 0 ? 0 : 64;
  t.true(all.served.length <= clients && all.served.length >= clients - own, `${all.served.length} are served`);
  for (const { client } of all.refused) t.is((await client.rest()).length, 0); // an end; a reset would throw
  await oneForOne(t, server, all);
}

/** As many clients are served at once as a process may have descriptors beside its own. */
async function servesDescriptors(t: ExecutionContext, { path, traits }: ServerChapter): Promise<void> {
  // More than FD_SETSIZE, lest that be what limits; but no thousand threads.
  const limit = traits.connection === 'nothing' ? 1536 : 128;
  const server = await startServer(t, path, { descriptors: limit });
  await settled(server);
  const before = listeners(server).map((pid) => descriptors(pid).length);
  const first = await newAskers(t, server, traits.connection === 'nothing' ? FEW : 8);
  t.is((await served(server, first)).length, first.length);
  const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
  const each = (sum(listeners(server).map((pid) => descriptors(pid).length)) - sum(before)) / first.length;
  t.true(each >= 1, `each client costs ${each} descriptors`);
  for (const { client } of first) client.close();
  await settled(server);
  const rooms = before.map((own) => Math.floor((limit - own) / each));
  const all = await overfill(t, server, sum(rooms) + 8);
  t.is(all.refused.length, 0, 'nobody is refused');
  // Where several processes listen, the kernel may let clients wait for one that is full while another has room.
  t.true(all.served.length >= Math.min(...rooms) && all.served.length <= sum(rooms), `${all.served.length} are served`);
  await oneForOne(t, server, all);
}

function howMany(clients: Traits['clients']): string {
  if (clients === 'descriptors') return 'as many clients as the limit of descriptors allows';
  if (clients === 1) return 'one client';
  return clients < FEW ? `${clients} clients` : `up to ${clients} clients`;
}

const whom = { nobody: 'nobody', worker: 'its worker', everyone: 'everyone' };

for (const chapter of serverChapters()) {
  const { name, traits } = chapter;
  for (const occupation of occupations) {
    test.serial(`${name}: ${occupation.title} blocks ${whom[traits[occupation.trait]]}`, async (t) => {
      t.is(await measure(t, chapter, occupation), traits[occupation.trait]);
    });
  }
  const beside = traits.connection === 'nothing' ? 'nothing' : `a ${traits.connection}`;
  test.serial(`${name}: a client costs ${beside} beside its descriptor`, async (t) => {
    t.is(await cost(t, chapter), traits.connection);
  });
  const { clients } = traits;
  if (REFUSING.has(name)) continue;
  test.serial(`${name}: serves ${howMany(clients)} at the same time, and no more`, async (t) => {
    await (clients === 'descriptors' ? servesDescriptors(t, chapter) : servesNumber(t, chapter, clients));
  });
}
