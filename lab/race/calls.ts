/** The system calls of a request, counted in a short run of their own, since to record them takes time. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { family } from '../bench/observe.ts';
import { Bout, type Length, type Load, type Subject } from './bout.ts';

/** What was counted. */
export interface Calls {
  /** By whom: the server itself, as its --trace records, or strace, which sees those too that Node makes. */
  readonly by: 'trace' | 'strace';
  /** How many for each request, by name; those of which there is less than one in ten thousand requests are left out. */
  readonly perRequest: Readonly<Record<string, number>>;
}

/** Rarer ones belong to no request. */
const RARE = 1e-4;

/**
 * Counts.
 *
 * @param by where Node waits for a server, the server's own trace lacks that
 * @returns undefined where there is no strace, or it may not look
 * @throws as measure()
 */
export async function countCalls(
  subject: Subject,
  load: Load,
  length: Length,
  by: Calls['by'],
): Promise<Calls | undefined> {
  const counted = by === 'trace' ? await traced(subject, load, length) : await straced(subject, load, length);
  if (counted === undefined) return undefined;
  const { calls, requests } = counted;
  const shares = [...calls].map(([name, number]) => [name, number / requests] as const);
  const kept = shares.filter(([, share]) => share >= RARE).sort(([, a], [, b]) => b - a);
  return { by, perRequest: Object.fromEntries(kept) };
}

/** How many calls of each name, for so many requests. */
interface Counted {
  readonly calls: ReadonlyMap<string, number>;
  readonly requests: number;
}

async function traced(subject: Subject, load: Load, length: Length): Promise<Counted> {
  const directory = mkdtempSync(join(tmpdir(), 'lab-race-'));
  const file = join(directory, 'trace.jsonl');
  try {
    const args = [...(subject.args ?? []), '--trace', file];
    return await Bout.during({ ...subject, args }, load, length, async (bout) => {
      const { size } = statSync(file);
      const { requests } = await bout.part(length.measured);
      const calls = new Map<string, number>();
      for (const [, name = ''] of readFileSync(file, 'latin1')
        .slice(size)
        .matchAll(/"call":"(\w+)"/g)) {
        calls.set(name, (calls.get(name) ?? 0) + 1);
      }
      return { calls, requests };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function straced(subject: Subject, load: Load, length: Length): Promise<Counted | undefined> {
  return Bout.during(subject, load, length, async (bout) => {
    const members = family(bout.server.pid);
    const words = members.flatMap((pid) => ['-p', `${pid}`]);
    const strace = spawn('strace', ['-f', '-c', '-U', 'calls,name', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      await once(strace, 'spawn');
    } catch {
      return undefined; // it is not installed
    }
    try {
      const lines = createInterface({ input: strace.stderr })[Symbol.asyncIterator]();
      for (let attached = 0; attached < members.length; attached++) {
        const { value = '' } = await bout.wait(lines.next()); // a line for each process that it looks at from now on
        if (!/ attached/.test(value)) return undefined;
      }
      const { requests } = await bout.part(length.measured);
      strace.kill('SIGINT');
      const calls = new Map<string, number>();
      for await (const line of lines) {
        const [, number, name = ''] = /^\s*(\d+)\s+(\w+)$/.exec(line) ?? [];
        if (number !== undefined && name !== 'total') calls.set(name, Number(number));
      }
      return { calls, requests };
    } finally {
      strace.kill('SIGKILL');
    }
  });
}
