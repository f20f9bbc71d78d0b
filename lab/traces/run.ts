/** Runs a chapter's server through the scenario, and tells what was seen. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { machine } from '../../lib/program/machine.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { launchServer, type StartOptions } from '../../lib/testing/server.ts';
import { LEAD, type Recording } from './recording.ts';
import { type Cast, reduce, type Seen } from './reduce.ts';
import { meet, play, wakeAll } from './scenario.ts';
import { CALLS, parse } from './strace.ts';

const alone: Cast = { main: 'process' };

/** Who makes the calls of a chapter's server. */
const CASTS: Readonly<Record<string, Cast>> = {
  '01-iterative': alone,
  '02-select': alone,
  '03-thread-per-connection': { main: 'main thread', others: 'thread', node: true },
  '04-process-per-connection': { main: 'parent', others: 'child', node: true },
  '05-prefork': { main: 'parent', others: 'child', node: true },
  '06-descriptor-passing': { main: 'parent', others: 'child', node: true },
  '07-prethreaded': { main: 'main thread', others: 'thread', node: true },
  '08-poll': alone,
  '09-epoll': alone,
  '10-epoll-workers': { main: 'main thread', others: 'worker', node: true },
  '11-reactor': { main: 'main thread', others: 'burner' },
  '12-coroutines': alone,
  '13-io-uring': alone,
  '14-node-net': alone,
};

/** How the calls of a server are seen, and the program that is started for that. */
interface Way {
  readonly seen: Recording['seen'];
  readonly path: string;
  /** @param file where they are written */
  readonly options: (file: string) => StartOptions;
  readonly read: (file: string, pid: number) => Pick<Seen, 'records' | 'requests'>;
}

const lines = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

function wayOf(name: string): Way {
  const path = `chapters/${name}/server.ts`;
  const traced = (file: string): StartOptions => ({ args: ['--trace', file] });
  switch (name) {
    case '13-io-uring': // what goes through its rings is no call
      return {
        seen: 'rings',
        path: 'lab/traces/rings.ts',
        options: traced,
        read: (file) => ({ records: lines(file), requests: lines(`${file}.requests`) }),
      };
    case '14-node-net': // Node makes its calls, and not lib/sys
      return {
        seen: 'strace',
        path,
        options: (file) => ({ by: ['strace', '-f', '-ttt', '-T', '-o', file, '-e', `trace=?${CALLS.join(',?')}`] }),
        read: (file, pid) => {
          const offset = monotonic() - (performance.timeOrigin + performance.now()) * 1000;
          return { records: parse(readFileSync(file, 'utf8'), offset).filter((record) => record.pid === pid) };
        },
      };
    default:
      return { seen: 'trace', path, options: traced, read: (file) => ({ records: lines(file) }) };
  }
}

function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

/**
 * Records a run.
 *
 * @param chapter the folder's name
 * @throws Error when the server does not start, or when what was seen cannot be told apart
 */
export async function record(chapter: string): Promise<Recording> {
  const cast = CASTS[chapter];
  if (cast === undefined) throw new Error(`who makes the calls of ${chapter}? Give it a line in CASTS`);
  const { seen, path, options, read } = wayOf(chapter);
  const directory = mkdtempSync(join(tmpdir(), 'sockets-recording-'));
  const file = join(directory, 'trace.jsonl');
  const server = await launchServer(path, options(file));
  try {
    await meet(server.port); // with whom all begins that begins but once
    await settled(server);
    const since = monotonic();
    await sleep(LEAD / 1000);
    const clients = await play(server.port);
    await sleep(LEAD / 1000); // the recording is over by then
    await wakeAll(server.port);
    await settled(server); // all that it wrote down is there
    const { records, requests } = read(file, server.pid);
    const recent = <T extends { time: number; duration: number }>(all: readonly T[]): T[] =>
      all.filter(({ time, duration }) => time + duration > since);
    return reduce({ chapter, machine, date: new Date().toISOString().slice(0, 10), seen }, cast, {
      pid: server.pid,
      records: recent(records),
      ...(requests === undefined ? {} : { requests: recent(requests) }),
      clients,
    });
  } finally {
    await server.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}
