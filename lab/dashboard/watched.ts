/** One server that is watched: its processes, threads, sockets and trace. */

import { readFileSync } from 'node:fs';
import { TCP_ESTABLISHED, TCP_LISTEN, TCP_STATES } from '../../lib/sys/diag.ts';
import { descriptors, switches, target, threadIds } from '../../lib/testing/proc.ts';
import { Budget } from './budget.ts';
import { traceOf } from './chapter.ts';
import { Rate } from './rate.ts';
import { MOST_CALLS, MOST_WORKERS, type ServerSample } from './sample.ts';
import type { Listener, Owner } from './sockets.ts';
import type { ProcessTable, Root } from './table.ts';
import { TraceTail } from './trace.ts';

/** The size of a page of memory: AT_PAGESZ of getauxval(3), which stands among pairs of 64-bit numbers. */
const PAGE = pageSize();

function pageSize(): number {
  const AT_PAGESZ = 6n;
  const { buffer, byteOffset, byteLength } = Buffer.from(readFileSync('/proc/self/auxv'));
  const words = new BigUint64Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return Number(words[words.findIndex((word, i) => i % 2 === 0 && word === AT_PAGESZ) + 1] ?? 4096n);
}

/** How much of a core it may take to look whether a program listens by now. */
const FINDING = 0.002;

/** A program of a chapter. It is a server once it listens. */
export class Watched implements Owner {
  readonly root: Root;
  /** By inode. */
  listeners: Map<number, Listener> = new Map();
  /** What it has counted since it was started, as far as it was seen: processor time in milliseconds. */
  counted = { user: 0, system: 0, voluntary: 0, involuntary: 0 };
  readonly trace: TraceTail | undefined;
  readonly finding = new Budget(FINDING);
  #use = { processes: 0, threads: 0, memory: 0 };
  #states = new Map<string, number>();
  #inodes: Set<number> | undefined;
  #workers: number[] = [];
  #switches = new Map<number, { sleeps: number; preemptions: number }>();
  readonly #rates = {
    user: new Rate(),
    system: new Rate(),
    voluntary: new Rate(),
    involuntary: new Rate(),
  };
  readonly #calls = new Map<string, Rate>();

  constructor(root: Root) {
    this.root = root;
    const path = traceOf(root.pid, root.words);
    this.trace = path === undefined ? undefined : new TraceTail(path);
  }

  /** What its processes use. @returns whether it still runs */
  lookAtUse(table: ProcessTable, now: number): boolean {
    if (table.usage(this.root.pid, this.root.began) === undefined) return false;
    const all = table.family(this.root.pid).flatMap((pid) => table.usage(pid) ?? []);
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    this.#use = { processes: all.length, threads: sum((one) => one.threads), memory: PAGE * sum((one) => one.pages) };
    this.counted.user = Math.max(
      this.counted.user,
      sum((one) => one.user),
    );
    this.counted.system = Math.max(
      this.counted.system,
      sum((one) => one.system),
    );
    this.#rates.user.look(this.counted.user, now);
    this.#rates.system.look(this.counted.system, now);
    return true;
  }

  /** How often its threads went to sleep, or had to let others run. */
  lookAtSwitches(table: ProcessTable, now: number): void {
    const before = this.#switches;
    this.#switches = new Map();
    for (const pid of table.family(this.root.pid)) {
      for (const tid of threadIds(pid)) {
        const seen = switches(pid, tid);
        const last = before.get(tid) ?? { sleeps: 0, preemptions: 0 };
        this.#switches.set(tid, seen);
        this.counted.voluntary += Math.max(0, seen.sleeps - last.sleeps);
        this.counted.involuntary += Math.max(0, seen.preemptions - last.preemptions);
      }
    }
    this.#rates.voluntary.look(this.counted.voluntary, now);
    this.#rates.involuntary.look(this.counted.involuntary, now);
  }

  /** Has connection() called for each connection, and takes that as what there is. */
  forgetConnections(withInodes: boolean): void {
    this.#states = new Map();
    this.#inodes = withInodes ? new Set() : undefined;
  }

  connection(state: number, inode: number): void {
    const name = TCP_STATES[state] ?? '';
    this.#states.set(name, (this.#states.get(name) ?? 0) + 1);
    if (inode !== 0) this.#inodes?.add(inode);
  }

  // #region workers
  /**
   * Which process has which sockets, by its descriptors: the listeners, and how many connections each worker has. A
   * worker is a process; or an epoll set, where a process has several with connections in them.
   *
   * @param listening all listeners of the machine
   */
  lookAtDescriptors(table: ProcessTable, listening: ReadonlyMap<number, Listener>): void {
    const inodes = this.#inodes ?? new Set<number>();
    const found = new Map<number, Listener>();
    const workers: number[] = [];
    for (const pid of table.family(this.root.pid)) {
      const sets: number[] = [];
      let connections = 0;
      for (const fd of descriptors(pid)) {
        const what = target(pid, fd);
        if (what === 'anon_inode:[eventpoll]') sets.push(fd);
        if (!what.startsWith('socket:[')) continue;
        const inode = Number(what.slice(8, -1));
        const listener = listening.get(inode);
        if (listener !== undefined) found.set(inode, listener);
        else if (inodes.has(inode)) connections++;
      }
      const loops =
        sets.length > 2 ? sets.map((fd) => this.#members(pid, fd, inodes)).filter((count) => count > 0) : [];
      if (loops.length > 1) workers.push(...loops);
      else if (connections > 0 || pid !== this.root.pid) workers.push(connections);
    }
    this.listeners = found;
    this.#inodes = undefined;
    this.#workers = workers.sort((a, b) => b - a);
  }

  /** How many connections an epoll set has. */
  #members(pid: number, fd: number, inodes: ReadonlySet<number>): number {
    let info = '';
    try {
      info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
    } catch {} // closed meanwhile
    return [...info.matchAll(/ ino:([\da-f]+)/g)].filter(([, hex]) => inodes.has(Number.parseInt(hex!, 16))).length;
  }
  // #endregion workers

  /** How full the queues of its listeners are. */
  lookAtQueues(listening: ReadonlyMap<number, Listener>): void {
    for (const inode of this.listeners.keys()) {
      const listener = listening.get(inode);
      if (listener !== undefined) this.listeners.set(inode, listener);
    }
  }

  lookAtTrace(now: number): void {
    this.trace?.look();
    for (const [name, count] of this.trace?.counts ?? []) {
      if (!this.#calls.has(name)) this.#calls.set(name, new Rate(0, now));
      this.#calls.get(name)!.look(count, now);
    }
  }

  /** Its connections by state, those of which there is none included. */
  get states(): (readonly [string, number])[] {
    const names = TCP_STATES.filter((_, state) => state > 0 && state !== TCP_LISTEN);
    return names.map((name) => [name, this.#states.get(name) ?? 0]);
  }

  /** All that was seen. */
  sample(): ServerSample {
    const listeners = [...this.listeners.values()];
    const established = this.#states.get(TCP_STATES[TCP_ESTABLISHED]) ?? 0;
    // One process whose connections are in no table of descriptors, as io_uring may have them, has them all.
    const workers = this.#workers.length === 0 && this.#use.processes === 1 ? [established] : this.#workers;
    const calls = [...this.#calls].map(([name, rate]) => [name, whole(rate.value)] as const);
    return {
      connections: established,
      states: Object.fromEntries(this.#states),
      workers: thinned(workers),
      queue: listeners.reduce((sum, { queue }) => sum + queue, 0),
      backlog: listeners.reduce((sum, { backlog }) => sum + backlog, 0),
      ...this.#use,
      user: whole(this.#rates.user.value / 10), // milliseconds a second, in per cent
      system: whole(this.#rates.system.value / 10),
      voluntary: whole(this.#rates.voluntary.value),
      involuntary: whole(this.#rates.involuntary.value),
      ...(this.trace === undefined ? {} : { calls: most(calls) }),
    };
  }

  close(): void {
    this.trace?.close();
  }
}

/** So many workers of many, the first, the middle one and the last among them. */
function thinned(workers: readonly number[]): readonly number[] {
  if (workers.length <= MOST_WORKERS) return workers;
  const step = (workers.length - 1) / (MOST_WORKERS - 1);
  return Array.from({ length: MOST_WORKERS }, (_, i) => workers[Math.round(i * step)]!);
}

/** A whole number, or one with a digit behind the point where it is small. */
export function whole(value: number): number {
  return value < 100 ? Math.round(10 * value) / 10 : Math.round(value);
}

/** The most frequent ones; the others together. */
function most(calls: (readonly [string, number])[]): Record<string, number> {
  const sorted = calls.filter(([, rate]) => rate > 0).sort(([, a], [, b]) => b - a);
  const others = sorted.slice(MOST_CALLS).reduce((sum, [, rate]) => sum + rate, 0);
  return Object.fromEntries([
    ...sorted.slice(0, MOST_CALLS),
    ...(others > 0 ? [['others', whole(others)] as const] : []),
  ]);
}
