/** Every chapter's server outlives bad clients of every kind, and keeps nothing of them. */

import test, { type ExecutionContext } from 'ava';
import { ask, type Client, connectTo, dial } from '../lib/testing/client.ts';
import { members, openDescriptors, processorTime, residentBytes, sum } from '../lib/testing/footprint.ts';
import { Stillness, settled } from '../lib/testing/kernel.ts';
import { descriptors } from '../lib/testing/proc.ts';
import { launchServer, patiently, type Server, startServer, until } from '../lib/testing/server.ts';
import type { Traits } from './chapters.ts';
import { REFUSING, type ServerChapter, waysOf } from './servers.ts';
import { prepare, unharmed, type Victim } from './victim.ts';

/** The server may grow by less than this, in bytes, whatever its clients do not read. */
const GROWTH = 32 * 1024 * 1024;
/** How many descriptors a server has left for connections when they shall run out. */
const ROOM = 16;
/** How much of one processor a server may use while it waits for descriptors. */
const SPIN = 0.2;
/** How many clients come in each of the attacks by sheer number. */
interface Numbers {
  /** Pairs of clients that send random bytes. */
  readonly random: number;
  readonly sequential: number;
  readonly dropped: number;
  /** Of each of ten that come and go. */
  readonly rounds: number;
}
/** Fewer where each costs 50 ms or 100, to start what serves it; but more are dropped than are served at once. */
const NUMBERS: Record<Traits['connection'], Numbers> = {
  nothing: { random: 50, sequential: 1000, dropped: 200, rounds: 30 },
  thread: { random: 20, sequential: 100, dropped: 80, rounds: 9 },
  process: { random: 10, sequential: 50, dropped: 40, rounds: 6 },
};

/** A victim, and how another like it is started. */
interface Attacked extends Victim {
  readonly path: string;
  readonly args: readonly string[];
}

const attacks: Record<string, (t: ExecutionContext, victim: Attacked) => Promise<void>> = {};

attacks['300 kB without a newline'] = async (t, { server }) => {
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;
  const x = 'x'.repeat(9000);
  const talkers: [string, RegExp][] = [
    [`PING\nWAIT 100\n${x}`, /^DONE\nERROR line too long\n$/],
    [`${get('/ping')}${get('/wait/100')}GET /${x}`, /DONE\nHTTP\/1\.1 414 .*ERROR [^\n]+\n$/s],
    [`${get('/ping')}${get('/wait/100')}GET / HTTP/1.1\r\nX: ${x}`, /DONE\nHTTP\/1\.1 431 .*ERROR [^\n]+\n$/s],
  ];
  for (const [text, answer] of talkers) {
    const client = await connectTo(t, server);
    client.send(text);
    while ((await client.line()) !== 'PONG');
    // The server waits now and does not read. So this lies unread in the kernel when it finds that the line is too long,
    // and a mere close would be a reset.
    client.send('x'.repeat(300_000));
    t.regex((await client.rest()).toString('latin1'), answer); // rest() throws at a reset
    client.close();
  }
  t.is(await ask(t, server, 'x'.repeat(300_000)), 'ERROR line too long\n');
};

attacks['a client that goes on sending, or stays, when it has been told to go'] = async (t, victim) => {
  const told = async (): Promise<Client> => {
    const client = await connectTo(t, victim.server);
    t.is((await client.send('x'.repeat(2000)).rest()).toString(), 'ERROR line too long\n');
    return client;
  };
  const goOn = async (): Promise<void> => {
    const { socket } = await told();
    const chunk = Buffer.alloc(1000, 'x');
    while (!socket.destroyed) await new Promise((resolve) => socket.write(chunk, resolve));
  };
  const [silent] = await Promise.all([told(), patiently(goOn(), 'end of a connection that the client goes on using')]);
  await until(() => openDescriptors(victim.server) <= victim.descriptors, 'the server has closed its side');
  t.false(silent.socket.destroyed, 'the client has not');
  silent.close();
};

/** Whole numbers below a bound, the same in each run, from Numerical Recipes' generator. */
function random(seed: number): (bound: number) => number {
  let x = seed;
  return (bound) => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * bound);
  };
}

attacks['random bytes'] = async (t, { server, traits }) => {
  const below = random(1);
  const good = 'PING\nECHO hello\nWAIT 1\nBURN 9\nSTREAM 9\n'.repeat(4);
  const goodHttp = 'GET /echo/hello HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(4);
  for (let round = 0; round < NUMBERS[traits.connection].random; round++) {
    const bytes = Buffer.from(Array.from({ length: below(8000) }, () => below(256)));
    const nearly = Buffer.from(round % 2 === 0 ? good : goodHttp);
    for (let faults = 0; faults < 3; faults++) nearly[below(nearly.length)] = below(256);
    await ask(t, server, bytes);
    await ask(t, server, nearly);
  }
  t.pass('each of them was answered to the end');
};

attacks['good and bad clients that come and go at once'] = async (t, { server, traits }) => {
  const below = random(2);
  const { rounds } = NUMBERS[traits.connection];
  const bad = [
    '',
    'PI',
    'PING\n',
    'WAIT 3\nPING\n',
    'STREAM 10000000\n',
    'GET /stream/10000000 HTTP/1.1\r\nHost: a\r\n\r\n',
  ];
  const badOnes = async (): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      const client = await connectTo(t, server);
      client.send(bad[below(bad.length)]!);
      if (below(2) === 0) client.reset();
      else client.close();
    }
  };
  const goodOnes = async (_: unknown, who: number): Promise<void> => {
    for (let i = 0; i < rounds / 3; i++) {
      const [text, count] = [`${who} ${i} ${'e'.repeat(below(900))}`, below(100_000)];
      const answer = await ask(t, server, `ECHO ${text}\nWAIT 1\nSTREAM ${count}\n`);
      if (answer !== `${text}\nDONE\n${'A'.repeat(count)}DONE\n`) t.fail(`${answer.length} bytes came for ${text}`);
    }
  };
  await Promise.all([...Array.from({ length: 10 }, badOnes), ...Array.from({ length: 10 }, goodOnes)]);
};

attacks['NUL bytes'] = async (t, { server }) => {
  t.is(
    await ask(t, server, '\0\nPING\0\n\0PING\nECHO \0\nWAIT 1\0\nPING\n'),
    'ERROR unknown command\nERROR unknown command\nERROR unknown command\n\0\n' +
      'ERROR WAIT takes 0 to 600000 milliseconds\nPONG\n',
  );
  t.is(await ask(t, server, Buffer.alloc(3000)), 'ERROR line too long\n');
  t.regex(await ask(t, server, 'GET /pi\0ng HTTP/1.1\r\nHost: test\r\n\r\n'), /^HTTP\/1\.1 400 /);
};

attacks['an HTTP head that trickles, and never ends'] = async (t, { server }) => {
  const client = await connectTo(t, server);
  const trickle = (bytes: string): Promise<unknown> => new Promise((resolve) => client.socket.write(bytes, resolve));
  await trickle('GET /ping HTTP/1.1\r\n');
  const answer = client.rest();
  for (let sent = 0; sent < 10_000 && !client.socket.readableEnded; sent += 10) await trickle('X: 45678\r\n');
  t.regex((await answer).toString(), /^HTTP\/1\.1 431 /);
  client.close();
  t.is(await ask(t, server, 'GET /ping HTTP/1.1\r\nX: '), '', 'half a head, then nothing more');
};

attacks['resets in the middle of STREAM'] = async (t, { server }) => {
  const reset = async (bytes: number): Promise<void> => {
    const client = await connectTo(t, server);
    client.send('STREAM 1000000000000\nPING\n');
    t.is(await client.skip(bytes), bytes);
    client.reset();
  };
  await Promise.all(Array.from({ length: 20 }, (_, i) => reset(i * 50_000)));
};

attacks['clients gone during WAIT'] = async (t, { server }) => {
  const leave = async (how: 'reset' | 'close'): Promise<void> => {
    const client = await connectTo(t, server);
    t.is(await client.send('PING\nWAIT 200\nSTREAM 1000000000000\n').line(), 'PONG');
    client[how]();
  };
  await Promise.all([leave('reset'), leave('close'), leave('reset')]);
};

/** Sends to a server, reads nothing, and looks how much the server grows. The client is there already when it does. */
async function neverReading(t: ExecutionContext, server: Server, data: string | Uint8Array): Promise<Client> {
  const client = await connectTo(t, server);
  t.is(await client.send('PING\n').line(), 'PONG');
  const before = residentBytes(server);
  client.send(data);
  await until(() => client.socket.readableLength > 0, 'the first answer is there');
  await settled(server);
  const growth = residentBytes(server) - before;
  t.true(growth < GROWTH, `the server grew by ${growth} bytes`);
  return client;
}

attacks['a reader that never reads STREAM 300000000'] = async (t, { server }) => {
  (await neverReading(t, server, 'STREAM 300000000\n')).reset();
};

attacks['a pipeline of 2 MB of STREAMs that nobody reads'] = async (t, { server }) => {
  (await neverReading(t, server, 'STREAM 60000\n'.repeat(160_000))).reset();
};

attacks['48 MB of ECHOs whose answers are read much later'] = async (t, { server }) => {
  const text = `${'e'.repeat(1000)}\n`;
  const count = 48_000;
  const client = await neverReading(t, server, Buffer.from(`ECHO ${text}`.repeat(count)));
  t.is(await client.end().skip(count * text.length + 1), count * text.length, 'not one is lost');
  client.close();
};

attacks['connections opened and dropped, by the hundred'] = async (t, { server, traits }) => {
  const length = NUMBERS[traits.connection].dropped;
  const clients = await Promise.all(Array.from({ length }, () => connectTo(t, server)));
  clients.forEach((client, i) => {
    client.send(['PI', 'PING\nPING\n', 'GET /ping HTTP/1.1\r\n', ''][i % 4]!);
    if (i % 8 < 4) client.reset();
    else client.close();
  });
};

attacks['connections one after another, by the thousand'] = async (t, { server, traits }) => {
  for (let i = 0; i < NUMBERS[traits.connection].sequential; i++) {
    if ((await ask(t, server, 'PING\n')) !== 'PONG\n') t.fail(`connection ${i} was not served`);
  }
  t.pass();
};

attacks['running out of descriptors'] = async (t, shared) => {
  const limit = descriptors(shared.server.pid).length + ROOM;
  const { path, args, traits } = shared;
  const victim = await prepare(traits, startServer(t, path, { args, descriptors: limit }));
  const { server } = victim;
  const free = members(server).map(({ pid }) => limit - used(pid, limit));
  const clients = Array.from({ length: sum(free) + 5 }, () => dial(t, server)); // so at least five do not fit
  const served: Client[] = [];
  const answers = clients.map(async (client) => {
    t.is(await client.send('PING\n').line(), 'PONG', 'nobody is refused');
    served.push(client);
  });
  const all = Promise.all(answers);
  all.catch(() => {}); // looked at in the end

  // A process for each connection has descriptors of its own; few clients at a time never come near the limit.
  const most =
    traits.connection === 'process' ? clients.length : typeof traits.clients === 'number' ? traits.clients : 0;
  const full = (): boolean => members(server).some(({ pid }) => used(pid, limit) === limit);
  // A thread takes several descriptors, so some are left when there are too few for one more; the server rests then.
  const stillness = new Stillness(server);
  const resting = (): boolean => traits.connection === 'thread' && stillness.look();
  await until(() => served.length > 0 && (full() || served.length === most || resting()), 'those who fit are served');

  if (full()) {
    const before = processorTime(server);
    const began = performance.now();
    t.is(await served[0]!.send('WAIT 1000\n').line(), 'DONE');
    const share = (processorTime(server) - before) / (performance.now() - began);
    t.true(share < SPIN, `it used ${Math.round(100 * share)}% of a processor while it waited for descriptors`);
    t.true(full());
  }

  const before = served.length;
  served[0]!.close();
  await until(() => before === clients.length || served.length > before, 'the next one is served when one has gone');
  await Promise.all(answers.map(async (answer, i) => answer.then(() => clients[i]!.close())));
  await all;
  await unharmed(t, victim);
};

/** How many descriptors below a limit a process has open; it may have inherited some from above. */
function used(pid: number, limit: number): number {
  return descriptors(pid).filter((fd) => fd < limit).length;
}

const servers: Server[] = [];
test.after.always(() => Promise.all(servers.map((server) => server.kill())));

async function launch(path: string, args: readonly string[], traits: Traits): Promise<Attacked> {
  const launching = launchServer(path, { args }).then((server) => {
    servers.push(server);
    return server;
  });
  return { path, args, ...(await prepare(traits, launching)) };
}

/** Attacks chapters, in each of their ways. Each test file that does takes some of them, for it takes long. */
export function attackAll(chapters: readonly ServerChapter[]): void {
  for (const chapter of chapters) {
    const { name, path, traits } = chapter;
    for (const args of waysOf(chapter)) {
      let launched: Promise<Attacked> | undefined;
      for (const [attack, run] of Object.entries(attacks)) {
        if (attack === 'running out of descriptors' && (REFUSING.has(name) || args.includes('--direct'))) continue;
        test.serial(`${[name, ...args].join(' ')} outlives ${attack}`, async (t) => {
          launched ??= launch(path, args, traits);
          const victim = await launched;
          await run(t, victim);
          await unharmed(t, victim);
        });
      }
    }
  }
}
