/** The reactor and its burners are what their chapter says: who is handed a job, and who is not any more. */

import test, { type ExecutionContext } from 'ava';
import { burn } from '../../lib/service/burn.ts';
import { startBroken } from '../../lib/testing/broken.ts';
import { type Client, connectTo, hold } from '../../lib/testing/client.ts';
import { ends, settled } from '../../lib/testing/kernel.ts';
import { threads } from '../../lib/testing/proc.ts';
import { patiently, startProgram, until } from '../../lib/testing/server.ts';
import { type Traced, traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/11-reactor/server.ts';
const traceOf = traces(test);

/** Rounds that take a third of a second or more. */
const LONG = 400_000_000;

/** A step on a job's way: it was handed out, taken by a burner, computed, and its result collected; or a client's end. */
type Step = 'handed' | 'taken' | 'computed' | 'collected' | 'closed';

/** What became of the jobs, of clients that have all come since the trace forgot. */
function steps(traced: Traced): Step[] {
  const clients = new Set<number>();
  return traced.calls('accept4', 'read', 'write', 'close').flatMap(({ call, thread, fd, result }): Step[] => {
    if (call === 'accept4') clients.add(result);
    if (call === 'close') return ['closed'];
    if (call === 'accept4' || result <= 0 || (thread === 0 && clients.has(fd))) return [];
    if (thread === 0) return [call === 'write' ? 'handed' : 'collected'];
    return [call === 'write' ? 'computed' : 'taken'];
  });
}

function count(traced: Traced, step: Step): number {
  return steps(traced).filter((other) => other === step).length;
}

test.serial('11-reactor hands out no more jobs than it has threads, and answers each of many clients', async (t) => {
  const traced = await traceOf(SERVER, '--burners', '2');
  const { server } = traced;
  const clients: Client[] = [];
  while (clients.length < 8) clients.push(await connectTo(t, server));
  await settled(server);
  process.kill(server.pid, 'SIGSTOP'); // so that it finds all that follows at once
  try {
    await until(() => threads(server.pid).every(({ state }) => state === 'T'), 'it stands still');
    for (const [i, client] of clients.entries()) client.send(`BURN ${1000 + i}\nPING\n`).end();
    const asked = (): number => ends(server.port).filter(({ unread }) => unread > 0).length;
    await until(() => asked() === clients.length, 'all have asked');
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
  for (const [i, client] of clients.entries()) {
    t.is((await client.rest()).toString(), `RESULT ${burn(1000 + i)}\nPONG\n`, 'in order, and to the end');
    client.close();
  }
  const mine = steps(traced).filter((step) => step === 'handed' || step === 'collected'); // by one thread: in their order
  t.deepEqual(mine.slice(0, 3), ['handed', 'handed', 'collected']);
  let out = 0;
  for (const step of mine) {
    out += step === 'handed' ? 1 : -1;
    t.true(out <= 2, `${out} jobs are handed out to two threads`);
  }
  await settled(server); // a burner has said its result before it records that
  for (const step of ['handed', 'taken', 'computed', 'collected'] as const) t.is(count(traced, step), 8, step);
});

/** Connects, is served, and asks for a long BURN. The server has read it. */
async function burning(t: ExecutionContext, traced: Traced): Promise<Client> {
  const client = await connectTo(t, traced.server);
  t.is(await client.send(`PING\nBURN ${LONG}\n`).line(), 'PONG');
  return client;
}

test.serial('11-reactor does not compute for a client that is gone before its turn', async (t) => {
  const traced = await traceOf(SERVER, '--burners', '1');
  // Should the one thread be done with the first job before the other client has gone, that proves nothing: once more.
  await until(async () => {
    traced.forget();
    const first = await burning(t, traced);
    await until(() => count(traced, 'taken') === 1, 'the thread has it');
    (await burning(t, traced)).reset();
    await traced.closed(1);
    const fair = count(traced, 'computed') === 0;
    t.is(await first.line(), `RESULT ${burn(LONG)}`);
    const last = await connectTo(t, traced.server);
    t.is(await last.send('BURN 5\n').line(), `RESULT ${burn(5)}`);
    await settled(traced.server); // a burner has said its result before it records that
    if (fair)
      for (const step of ['handed', 'taken', 'computed', 'collected'] as const) t.is(count(traced, step), 2, step);
    for (const client of [first, last]) t.is((await client.end().rest()).length, 0);
    await traced.closed(3);
    return fair;
  }, 'a client has gone while another’s job was computed');
});

test.serial('11-reactor closes at once for a client that is gone, and tells its result to no successor', async (t) => {
  const traced = await traceOf(SERVER, '--burners', '1');
  await until(async () => {
    traced.forget();
    const gone = await burning(t, traced);
    await until(() => count(traced, 'taken') === 1, 'the thread has it');
    gone.reset();
    await traced.closed(1);
    const fair = count(traced, 'computed') === 0;
    const next = await connectTo(t, traced.server);
    t.is(await next.send('PING\n').line(), 'PONG', 'others are served meanwhile');
    t.is(await next.send('BURN 5\nPING\n').line(), `RESULT ${burn(5)}`, 'by the same thread');
    t.is(await next.line(), 'PONG', 'and nothing in between');
    const accepted = traced.calls('accept4').filter(({ result }) => result >= 0);
    t.is(accepted[0]!.result, accepted[1]!.result, 'its descriptor has the number of the one that is gone');
    t.is(count(traced, 'handed'), 2);
    t.is((await next.end().rest()).length, 0);
    await traced.closed(2);
    return fair;
  }, 'a client has gone while its job was computed');
});

test.serial('11-reactor computes for a client that has only closed its side', async (t) => {
  const traced = await traceOf(SERVER, '--burners', '1');
  const first = await burning(t, traced);
  const second = await connectTo(t, traced.server);
  second.send('BURN 5\n').end();
  t.is((await second.rest()).toString(), `RESULT ${burn(5)}\n`);
  t.is(await first.line(), `RESULT ${burn(LONG)}`);
  await settled(traced.server);
  t.is(count(traced, 'computed'), 2);
});

test.serial('11-reactor ends, and says why, when a burner fails, although its main thread sleeps', async (t) => {
  const server = await startBroken(t, SERVER, '--burners', '2');
  const [client, other] = (await hold(t, server, 2)) as [Client, Client];
  await settled(server);
  client.send('BURN 1\n');
  t.is(await patiently(server.ended, 'end of the server'), 1);
  t.deepEqual(server.stderr, ['11-reactor: a burner ended (it is broken), and the server with it']);
  t.deepEqual(server.survivors, []);
  await t.notThrowsAsync(other.rest());
});

test.serial('11-reactor says in one line that it has not what its burners take', async (t) => {
  const program = startProgram(t, SERVER, { args: ['--port', '0', '--burners', '64'], descriptors: 64 });
  t.is(await patiently(program.ended, 'end of the server'), 1);
  t.is(program.stderr.length, 1);
  t.regex(
    program.stderr[0]!,
    /^11-reactor: a burner ended \(.*(EMFILE|too many open files).*\), and the server with it$/,
  );
  t.deepEqual(program.stdout, []);
  t.deepEqual(program.survivors, []);
});
