/** A server as the kernel counts it, all its processes and all their threads together; proc(5). */

import { readdirSync, readFileSync } from 'node:fs';
import { threads } from '../../lib/testing/proc.ts';

/** What a server has used since it began, and what it holds now. */
export interface Observation {
  /** Processor time of all its threads, in microseconds. */
  readonly microseconds: number;
  /** The same in its own code and in the kernel's, in ticks of some milliseconds: of use as shares. */
  readonly user: number;
  readonly system: number;
  /** How often they went to sleep: their voluntary context switches. */
  readonly sleeps: number;
  /** How often they had to give up the processor: their involuntary ones. */
  readonly preemptions: number;
  readonly threads: number;
  readonly processes: number;
}

/** A process and its children, and theirs; without tsx's compiler, which has no part in serving. */
export function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/children`, 'latin1')
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  );
  return [pid, ...children.filter((child) => !isCompiler(child)).flatMap(family)];
}

function isCompiler(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'latin1') === 'esbuild\n';
}

/**
 * How much processor time a process and its children have used, all their threads together, in microseconds. Where they are
 * bound to a single core, that of its ksoftirqd is part of it: over loopback, whoever sends also does what receiving takes in
 * the kernel, unless that is put off and left to this thread, as happens when others want the core.
 */
export function processorTime(pid: number): number {
  let nanoseconds = 0;
  for (const member of family(pid)) {
    for (const tid of readdirSync(`/proc/${member}/task`)) nanoseconds += ran(`${member}/task/${tid}`);
  }
  const core = /^Cpus_allowed_list:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  const thread = core === undefined ? undefined : softirqThread(core);
  return (nanoseconds + (thread === undefined ? 0 : ran(thread))) / 1000;
}

/** How long a thread has run, in nanoseconds. @param path below /proc */
const ran = (path: string): number => Number(readFileSync(`/proc/${path}/schedstat`, 'latin1').split(' ')[0]);

const softirqThreads = new Map<string, string | undefined>();

/** The pid of a core's ksoftirqd; undefined where it is not to be seen, as in a container. */
function softirqThread(core: string): string | undefined {
  if (!softirqThreads.has(core)) {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    softirqThreads.set(
      core,
      pids.find((pid) => comm(pid) === `ksoftirqd/${core}\n`),
    );
  }
  return softirqThreads.get(core);
}

/** The name of a process; nothing when it has ended meanwhile. */
function comm(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1');
  } catch {
    return '';
  }
}

/** Resident memory of a process and its children in bytes; pages that they share count for each (RSS), or once (PSS). */
export function memory(pid: number, field: 'Rss' | 'Pss'): number {
  const pattern = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm');
  const rollups = family(pid).map((member) => readFileSync(`/proc/${member}/smaps_rollup`, 'latin1'));
  return rollups.reduce((sum, rollup) => sum + Number(pattern.exec(rollup)?.[1]) * 1024, 0);
}

/** Looks at a process and its children. It takes a while where they are many. */
export function observe(pid: number): Observation {
  const members = family(pid);
  const tasks = members.flatMap((member) => threads(member));
  return {
    microseconds: processorTime(pid),
    sleeps: tasks.reduce((sum, { sleeps }) => sum + sleeps, 0),
    preemptions: tasks.reduce((sum, { preemptions }) => sum + preemptions, 0),
    threads: tasks.length,
    processes: members.length,
    ...ticks(members),
  };
}

/** utime and stime of some processes; proc_pid_stat(5). */
function ticks(members: readonly number[]): { user: number; system: number } {
  const times = members.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
  });
  const sum = (which: number): number => times.reduce((all, time) => all + time[which]!, 0);
  return { user: sum(0), system: sum(1) };
}
