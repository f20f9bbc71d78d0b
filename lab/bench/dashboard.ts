/** What the dashboard costs while it watches a server: processor time, by connections; and what else would tell of them. */

import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { toolCommand } from '../../lib/program/tool.ts';
import { SocketDiag, TCP_ESTABLISHED } from '../../lib/sys/diag.ts';
import { launchServer, Program, type Server } from '../../lib/testing/server.ts';
import { launchDashboard, type Running } from '../dashboard/fixture.ts';
import { processorTime } from './observe.ts';
import { machine, markdown, median, save } from './table.ts';

const CONNECTIONS = [0, 100, 10_000];
/** How long it is left alone first, how long it is measured, in milliseconds, and how often. */
const [WARM, LONG, ROUNDS] = [10_000, 10_000, 3];
/** So often each way to list the connections is tried. */
const LISTS = 20;

toolCommand('dashboard', 'measure what the dashboard costs while it watches a server').parse();

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A page that is open. */
async function openPage({ port }: Running): Promise<IncomingMessage> {
  const page = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/events' }, resolve).on('error', reject);
  });
  return page.on('error', () => {}).resume();
}

/** Holds connections until it is ended. */
async function hold({ port }: Server, connections: number): Promise<Program> {
  const words = ['load', '--target', `127.0.0.1:${port}`, '--connections', `${connections}`, '--hold'];
  const load = new Program('lab/lab.mjs', { args: words });
  await load.line(new RegExp(`${connections.toLocaleString('en')} held`));
  return load;
}

/** How much of a core the dashboard takes, in per cent: the middle one of some rounds. */
async function cost(dashboard: Running): Promise<number> {
  const pid = dashboard.program.child.pid!;
  await pause(WARM);
  const shares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [before, began] = [processorTime(pid), performance.now()];
    await pause(LONG);
    shares.push((processorTime(pid) - before) / 10 / (performance.now() - began));
  }
  return median(shares);
}

/** How long it takes to list the connections, in milliseconds of processor time. */
function listing(list: () => void): number {
  const times = Array.from({ length: LISTS }, () => {
    const before = process.cpuUsage();
    list();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return median(times);
}

const server = await launchServer('chapters/09-epoll/server.ts');
const dashboard = await launchDashboard('--only', `${server.port}`);
const page = await openPage(dashboard);
const diag = new SocketDiag();
const rows: string[][] = [['connections', 'the dashboard', 'sock_diag', '/proc/net/tcp']];
try {
  for (const connections of CONNECTIONS) {
    const load = connections === 0 ? undefined : await hold(server, connections);
    const share = await cost(dashboard);
    const bySockDiag = listing(() => diag.tcp(1 << TCP_ESTABLISHED, server.port, () => {}));
    const byProc = listing(() => readFileSync('/proc/net/tcp', 'latin1').split('\n'));
    rows.push([
      connections.toLocaleString('en'),
      `${share.toFixed(1)}% of a core`,
      `${bySockDiag.toFixed(2)} ms`,
      `${byProc.toFixed(2)} ms`,
    ]);
    await load?.kill();
  }
} finally {
  page.destroy();
  diag.close();
  await dashboard.program.kill();
  await server.kill();
}
const where = `${machine}; one page open; right: to list the connections once; \`npx tsx lab/bench/dashboard.ts\``;
save('dashboard', markdown(rows), where);
