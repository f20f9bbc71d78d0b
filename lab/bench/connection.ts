/** What one connection more costs where each brings a thread or a process along: the time until its answer, and memory. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { launchServer, type Server } from '../../lib/testing/server.ts';
import { memory } from './observe.ts';
import { machine, markdown, median, save } from './table.ts';

const chapters = ['02-select', '03-thread-per-connection', '04-process-per-connection'];
const ROUNDS = 25;
/** So many are held at the same time, to see what one of them adds. */
const HELD = 16;
const MIB = 2 ** 20;

async function ask({ port }: Server): Promise<Socket> {
  const socket = connect({ port, noDelay: true });
  socket.write('PING\n');
  await once(socket, 'data');
  return socket;
}

/** From connecting to the answer, and from the client's end to the server's, in milliseconds. */
async function visit(server: Server): Promise<{ answer: number; end: number }> {
  const began = performance.now();
  const socket = await ask(server);
  const answered = performance.now();
  socket.end();
  await once(socket, 'close');
  return { answer: answered - began, end: performance.now() - answered };
}

/** What each of HELD connections adds, in MiB. */
async function weigh(server: Server): Promise<{ rss: number; pss: number }> {
  const weight = (): { rss: number; pss: number } => ({
    rss: memory(server.pid, 'Rss'),
    pss: memory(server.pid, 'Pss'),
  });
  const before = weight();
  const sockets: Socket[] = [];
  while (sockets.length < HELD) sockets.push(await ask(server));
  const after = weight();
  for (const socket of sockets) socket.destroy();
  return { rss: (after.rss - before.rss) / HELD / MIB, pss: (after.pss - before.pss) / HELD / MIB };
}

const servers = await Promise.all(chapters.map((name) => launchServer(`chapters/${name}/server.ts`)));
const visits = servers.map((): { answer: number; end: number }[] => []);
for (const server of servers) await visit(server); // with whom all begins that begins but once
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, server] of servers.entries()) visits[i]!.push(await visit(server));
}
const weights: { rss: number; pss: number }[] = [];
for (const server of servers) weights.push(await weigh(server));
await Promise.all(servers.map((server) => server.kill()));

const time = (key: 'answer' | 'end'): string[] =>
  visits.map((all) => `${median(all.map((one) => one[key])).toFixed(1)} ms`);
const added = (key: 'rss' | 'pss'): string[] => weights.map((weight) => `${Math.max(0, weight[key]).toFixed(1)} MiB`);
save(
  'connection',
  markdown([
    ['a connection', ...chapters],
    ['from connecting to the first answer', ...time('answer')],
    ["from the client's end to the server's", ...time('end')],
    ['resident memory (RSS) that it adds', ...added('rss')],
    ['the same, with shared pages in parts (PSS)', ...added('pss')],
  ]),
  `${machine}; medians of ${ROUNDS} interleaved rounds, and means of ${HELD} connections, of \`npx tsx lab/bench/connection.ts\``,
);
