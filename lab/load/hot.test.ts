/** That the loop leaves nothing to the garbage collector: many requests, and as much garbage as few leave. */

import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test, { type ExecutionContext } from 'ava';
import { close } from '../../lib/sys/io.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';
import { type Server, startServer } from '../../lib/testing/server.ts';
import { Engine } from './engine.ts';
import { parseRequests } from './requests.ts';
import { type News, PROGRESS, type Report, type Settings } from './settings.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Runs a load in this very process. */
function run(t: ExecutionContext, server: Server, more: Partial<Settings>): Report {
  const [ours, its] = openSocketpair(SOCK_STREAM);
  const heard: News[] = [];
  const progress = new Float64Array(PROGRESS.length);
  const settings: Settings = {
    addresses: [{ host: server.host, port: server.port }],
    connections: 4,
    first: 0,
    sources: 0,
    network: 0,
    mode: 'closed',
    requests: parseRequests('PING'),
    http: false,
    pipeline: 1,
    think: 0,
    ramp: 0,
    patience: 10e6,
    detailed: true,
    ...more,
  };
  new Engine(settings, { fd: its, orders: () => [], say: (news) => heard.push(news), progress }).run();
  close(ours);
  close(its);
  const report = heard.find((news) => 'report' in news)?.report;
  t.deepEqual(report?.errors, {});
  return report!;
}

/** What so many requests leave, in bytes of garbage for each, and how often it is collected. */
function garbage(t: ExecutionContext, server: Server, more: Partial<Settings>): { collections: number; bytes: number } {
  run(t, server, { ...more, each: 100_000 }); // the code is compiled meanwhile
  collect();
  const profiler = new GCProfiler();
  profiler.start();
  const before = getHeapStatistics().used_heap_size;
  const { requests } = run(t, server, { ...more, each: 100_000 });
  const used = getHeapStatistics().used_heap_size - before;
  const collections = profiler.stop().statistics.length;
  t.is(requests, 400_000);
  return { collections, bytes: used / requests };
}

const loads: Record<string, Partial<Settings>> = {
  PING: {},
  'PING over HTTP': { http: true, requests: parseRequests('PING', '127.0.0.1') },
  'PINGs, ten at a time': { pipeline: 10 },
  'a mix with timestamps': {
    pipeline: 3,
    requests: parseRequests('3 PING, 1 ECHO at {timestamp}, 1 STREAM 100, 1 BURN 10'),
  },
};

for (const [name, load] of Object.entries(loads)) {
  test.serial(`${name}: a request leaves no garbage`, async (t) => {
    const server = await startServer(t, 'chapters/09-epoll/server.ts');
    const { collections, bytes } = garbage(t, server, load);
    t.log(`${collections} collections, ${bytes.toFixed(2)} bytes for each request`);
    t.is(collections, 0);
  });
}
