/** That the loop leaves nothing to the garbage collector: what many requests allocate, seen by V8's own profiler. */

import { Session } from 'node:inspector/promises';
import test, { type ExecutionContext } from 'ava';
import { close } from '../../lib/sys/io.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';
import { type Server, startServer } from '../../lib/testing/server.ts';
import { Engine } from './engine.ts';
import { parseRequests } from './requests.ts';
import { type News, PROGRESS, type Report, type Settings } from './settings.ts';

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
    quiet: false,
    meeting: 500_000,
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

/** What V8's sampling profiler tells: who has allocated how much. */
interface Allocations {
  readonly callFrame: { readonly functionName: string };
  readonly selfSize: number;
  readonly children: readonly Allocations[];
}

/** All that a function and those whom it calls have allocated, in bytes; the report in the end apart. */
function allocated({ callFrame, selfSize, children }: Allocations): number {
  if (callFrame.functionName === '#finish') return 0;
  return selfSize + children.reduce((sum, child) => sum + allocated(child), 0);
}

/** How many bytes some work allocates, whether or not they are collected again. */
async function allocation(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  const everything = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  await session.post('HeapProfiler.startSampling', { samplingInterval: 4096, ...everything });
  work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  return allocated(profile.head);
}

const loads: Record<string, Partial<Settings>> = {
  PING: {},
  'PING over HTTP': { http: true, requests: parseRequests('PING', '127.0.0.1') },
  'a mix with timestamps': {
    pipeline: 3,
    requests: parseRequests('3 PING, 1 ECHO at {timestamp}, 1 STREAM 100, 1 BURN 10'),
  },
};

let held: object = {};

test.serial('the gauge sees a single small object for each round', async (t) => {
  const bytes = await allocation(() => {
    for (let i = 0; i < 100_000; i++) held = { i };
  });
  t.truthy(held);
  t.true(bytes / 100_000 > 16, `${bytes / 100_000} bytes`);
});

for (const [name, load] of Object.entries(loads)) {
  test.serial(`${name}: a request leaves no garbage`, async (t) => {
    const server = await startServer(t, 'chapters/09-epoll/server.ts');
    run(t, server, { ...load, each: 20_000 }); // the code is compiled meanwhile
    let bytes = Number.POSITIVE_INFINITY;
    // V8 compiles in another thread, which a busy machine may give no time for a while: so the gauge looks again.
    for (let look = 0; look < 5 && bytes / 120_000 >= 16; look++) {
      bytes = await allocation(() => t.is(run(t, server, { ...load, each: 30_000 }).requests, 120_000));
    }
    t.log(`${(bytes / 120_000).toFixed(2)} bytes for each request`);
    t.true(bytes / 120_000 < 16, 'less than one object, of the smallest, for each');
  });
}
