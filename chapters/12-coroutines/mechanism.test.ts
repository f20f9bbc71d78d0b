/** Coroutines are what their chapter says: seen in their system calls, and in /proc. */

import test from 'ava';
import { startBroken } from '../../lib/testing/broken.ts';
import { type Client, hold, pingAll } from '../../lib/testing/client.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { resetDuring } from '../../lib/testing/gone.ts';
import { countListening, ESTABLISHED, ends, settled } from '../../lib/testing/kernel.ts';
import { patiently, startProgram, until } from '../../lib/testing/server.ts';
import { traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/12-coroutines/server.ts';
const traceOf = traces(test);

test.serial('12-coroutines makes no epoll_ctl for a request, but one for each connection', async (t) => {
  const traced = await traceOf(SERVER);
  const clients = await hold(t, traced.server, 4);
  t.is(traced.calls('epoll_ctl').length, 4);
  traced.forget();
  await pingAll(t, clients, 10);
  t.deepEqual(traced.calls('epoll_ctl'), []);
});

test.serial('12-coroutines closes at once for a client that is gone during a WAIT', async (t) => {
  const { server } = await traceOf(SERVER);
  const before = await resetDuring(t, server, 'WAIT 600000');
  await until(() => openDescriptors(server) === before, 'the task was cancelled, and has closed its connection');
  const [client] = (await hold(t, server, 1)) as [Client];
  t.is(await client.send('WAIT 1\nPING\n').line(), 'DONE', 'who has its descriptor next has nothing of it');
  t.is(await client.line(), 'PONG');
  t.deepEqual(server.stderr, []);
});

test.serial(
  '12-coroutines serves others while one does not read, and loses nothing of what he reads late',
  async (t) => {
    const { server } = await traceOf(SERVER);
    const size = 20_000_000;
    const [slow, quick] = (await hold(t, server, 2)) as [Client, Client];
    slow.send(`STREAM ${size}\nECHO end\n`);
    await until(() => slow.socket.readableLength > 0, 'the stream has begun');
    await settled(server);
    for (let i = 0; i < 5; i++) {
      t.is(await quick.send(`ECHO ${i}\nSTREAM 70000\n`).line(), `${i}`);
      t.is((await quick.line()).length, 70_004);
    }
    t.is(await slow.skip(size), size);
    t.is((await slow.end().rest()).toString(), 'DONE\nend\n');
  },
);

test.serial(
  '12-coroutines --workers 3 has a listener in each of three threads, and SIGINT ends them all',
  async (t) => {
    const traced = await traceOf(SERVER, '--workers', '3');
    const { server } = traced;
    t.is(countListening(server), 3);
    const clients = await hold(t, server, 60); // of whom the kernel leaves no thread without one, but once in 10¹⁰ times
    await pingAll(t, clients, 2);
    // Of a table that changes while it is read a line may come twice, or not at all.
    const accepted = (): number =>
      new Set(ends(server.port).flatMap(({ state, inode }) => (state === ESTABLISHED && inode !== 0 ? [inode] : [])))
        .size;
    await until(() => accepted() === 60, 'the kernel has 60 connections, and none of them in a backlog');
    const threads = traced.calls('accept4').flatMap(({ result, thread }) => (result >= 0 ? [thread] : []));
    t.is(threads.length, 60);
    t.is(new Set(threads).size, 3);
    const served = new Map(traced.calls('accept4').map(({ result, thread }) => [result, thread]));
    t.true(
      traced.calls('read', 'write').every(({ fd, thread }) => served.get(fd) === thread),
      'each is served by the thread that accepted it',
    );
    t.is(await server.stop('SIGINT'), 'SIGINT');
    t.deepEqual(server.survivors, []);
    t.deepEqual(server.stderr, []);
  },
);

test.serial('12-coroutines --workers 2 ends, and says why, when the other thread fails', async (t) => {
  const server = await startBroken(t, SERVER, '--workers', '2');
  const clients = await hold(t, server, 30);
  for (const client of clients) client.send('BURN 1\n'); // fails in the worker, and not in the main thread
  t.is(await patiently(server.ended, 'end of the server'), 1);
  t.deepEqual(server.stderr, ['12-coroutines: a worker ended (it is broken), and the server with it']);
  t.deepEqual(server.survivors, []);
});

test.serial('12-coroutines says in one line that it has not what its workers take', async (t) => {
  const program = startProgram(t, SERVER, { args: ['--port', '0', '--workers', '64'], descriptors: 64 });
  t.is(await patiently(program.ended, 'end of the server'), 1);
  t.is(program.stderr.length, 1);
  t.regex(
    program.stderr[0]!,
    /^12-coroutines: a worker ended \(.*(EMFILE|too many open files).*\), and the server with it$/,
  );
  t.deepEqual(program.stdout, []);
  t.deepEqual(program.survivors, []);
});
