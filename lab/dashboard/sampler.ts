/** Looks at all that is watched, every now and then, and says what it saw. */

import { uptime } from 'node:os';
import { FINE, Histogram } from '../load/histogram.ts';
import { Budget } from './budget.ts';
import { optionOf } from './chapter.ts';
import { Target, WatchedLoad } from './loads.ts';
import { Machine } from './machine.ts';
import { Rate } from './rate.ts';
import { MOST, type RoundTrips, type Sample, SPAN, type Subject } from './sample.ts';
import { addressText, type Listener, Sockets } from './sockets.ts';
import { type Loading, ProcessTable, type Root } from './table.ts';
import { Watched, whole } from './watched.ts';

/** So many that have ended are remembered at most. */
const MOST_ENDED = 200;
/** A command line is told as far as this, in characters. */
const LONGEST = 200;
/** Where `lab load` goes unless it is told. */
const DEFAULT_TARGET = '127.0.0.1:8090';

/** What each kind of looking may take of one core; together they stay below the twentieth that is promised. */
const SHARES = {
  processes: 0.01,
  switches: 0.005,
  connections: 0.012,
  workers: 0.005,
  traces: 0.006,
  loads: 0.005,
};

/** Which process it is: numbers are given out again. */
function keyOf({ pid, began }: Root): string {
  return `${pid}.${began}`;
}

/** Watches this machine. */
export class Sampler {
  readonly #table = new ProcessTable();
  readonly #machine = new Machine();
  readonly #sockets = new Sockets();
  readonly #budgets = Object.fromEntries(
    Object.entries(SHARES).map(([name, share]) => [name, new Budget(share)]),
  ) as Record<keyof typeof SHARES, Budget>;
  /** Programs of chapters by pid and beginning; loads by the name of their memory. Who has no subject is none yet. */
  readonly #servers = new Map<string, Watched>();
  readonly #loads = new Map<string, WatchedLoad>();
  /** Servers on other ports. */
  readonly #strangers = new Set<string>();
  readonly #subjects = new Map<string, Subject>();
  readonly #ended: Subject[] = [];
  /** By what was loaded. */
  readonly targets = new Map<string, Target>();
  /** The ports to which it keeps; undefined for any. */
  readonly #ports: ReadonlySet<number> | undefined;
  #trips: RoundTrips | undefined;
  #next = 1;

  /** @param ports only servers that listen on one of these, and loads of them @throws SystemError */
  constructor(ports?: readonly number[]) {
    this.#ports = ports === undefined ? undefined : new Set(ports);
  }

  /** Whoever is there, or was, since the time that pages can look back to. */
  get subjects(): readonly Subject[] {
    return [...this.#ended, ...this.#subjects.values()];
  }

  /** Those that run now. */
  get servers(): readonly (readonly [Subject, Watched])[] {
    return this.#running(this.#servers);
  }

  get loads(): readonly (readonly [Subject, WatchedLoad])[] {
    return this.#running(this.#loads);
  }

  get machine(): Machine {
    return this.#machine;
  }

  #running<T>(all: ReadonlyMap<string, T>): [Subject, T][] {
    return [...all].flatMap(([key, one]) => {
      const subject = this.#subjects.get(key);
      return subject === undefined ? [] : [[subject, one] as [Subject, T]];
    });
  }

  // #region look
  /** Looks once. */
  look(): Sample {
    const now = performance.now();
    const budgets = this.#budgets;
    const cores = this.#machine.look();
    const { overflows, drops } = this.#listenRates(now);
    const listening = this.#sockets.listeners();
    budgets.processes.look(() => {
      this.#table.refresh();
      this.#meet(now);
      for (const [key, server] of this.#servers) if (!server.lookAtUse(this.#table, now)) this.#part(key);
    });
    this.#find([...this.#servers.values()], listening);
    const servers = [...this.#servers.values()];
    budgets.switches.look(() => {
      for (const server of servers) server.lookAtSwitches(this.#table, now);
    });
    budgets.workers.look(() => this.#lookAtWorkers(servers, listening));
    budgets.connections.look(() => this.#lookAtConnections(servers, false));
    budgets.traces.look(() => {
      for (const server of servers) server.lookAtTrace(now);
    });
    budgets.loads.look(() => this.#lookAtLoads(now));
    for (const server of servers) server.lookAtQueues(listening);
    this.#forget();
    return {
      at: Date.now(),
      cores: cores.map(([user, system, softirq]) => [whole(user), whole(system), whole(softirq)]),
      overflows,
      drops,
      servers: Object.fromEntries(this.servers.map(([{ id }, server]) => [id, server.sample()])),
      loads: Object.fromEntries(this.loads.map(([{ id }, load]) => [id, load.sample()])),
      ...(this.#trips === undefined ? {} : { trips: this.#trips }),
    };
  }
  // #endregion look

  readonly #overflows = new Rate();
  readonly #drops = new Rate();

  #listenRates(now: number): { overflows: number; drops: number } {
    this.#overflows.look(this.#machine.counted.overflows, now);
    this.#drops.look(this.#machine.counted.drops, now);
    return { overflows: whole(this.#overflows.value), drops: whole(this.#drops.value) };
  }

  /** Begins to watch whoever is new, and leaves whoever has gone. */
  #meet(now: number): void {
    const roots = new Map(this.#table.roots().map((root) => [keyOf(root), root]));
    for (const key of this.#strangers) if (!roots.has(key)) this.#strangers.delete(key);
    for (const key of this.#servers.keys()) if (!roots.has(key)) this.#part(key);
    for (const [key, root] of roots) {
      if (this.#servers.has(key) || this.#strangers.has(key) || this.#servers.size >= MOST) continue;
      this.#servers.set(key, new Watched(root));
    }
    const loads = new Map(this.#table.loads().map((loading) => [loading.key, loading]));
    for (const key of this.#loads.keys()) if (!loads.has(key)) this.#part(key, now);
    for (const [key, loading] of loads)
      if (!this.#loads.has(key) && this.#loads.size < MOST) this.#meetLoad(key, loading);
  }

  #meetLoad(key: string, { member, pid, began, words }: Loading): void {
    const where = words[0] === 'load' ? (optionOf(words, '--target') ?? DEFAULT_TARGET) : '';
    if (!this.#wants(where.split(',').map((one) => Number(/:(\d+)$/.exec(one.trim())?.[1])))) return;
    const target = this.targets.get(where) ?? new Target();
    try {
      this.#loads.set(key, new WatchedLoad(member, target));
    } catch {
      return; // it has just ended
    }
    this.targets.delete(where); // the one that was loaded last is the last one to be forgotten
    this.targets.set(where, target);
    if (this.targets.size > MOST) this.targets.delete(this.targets.keys().next().value!);
    this.#introduce(key, 'load', { pid, began, name: `lab ${words.join(' ')}` }, where);
  }

  #introduce(key: string, kind: Subject['kind'], { pid, began, name }: Omit<Root, 'words'>, where: string): void {
    const start = Math.round(Date.now() - 1000 * uptime() + began);
    const [title, place] = [name, where].map((text) => text.slice(0, LONGEST));
    this.#subjects.set(key, { id: this.#next++, kind, name: title!, where: place!, pid, began: start });
  }

  /** Somebody has gone. */
  #part(key: string, now = 0): void {
    this.#loads.get(key)?.close(now);
    this.#servers.get(key)?.close();
    this.#servers.delete(key);
    this.#loads.delete(key);
    const subject = this.#subjects.get(key);
    this.#subjects.delete(key);
    if (subject !== undefined) this.#ended.push({ ...subject, ended: Date.now() });
  }

  #forget(): void {
    const from = Date.now() - SPAN;
    while (this.#ended.length > MOST_ENDED || (this.#ended[0]?.ended ?? from) < from) this.#ended.shift();
  }

  /** Whether one of these ports is of interest. */
  #wants(ports: readonly number[]): boolean {
    return this.#ports === undefined || ports.some((port) => this.#ports!.has(port));
  }

  /** Looks whether programs that did not listen do so now. */
  #find(servers: readonly Watched[], listening: ReadonlyMap<number, Listener>): void {
    for (const server of servers) {
      const key = keyOf(server.root);
      if (this.#subjects.has(key)) continue;
      server.finding.look(() => server.lookAtDescriptors(this.#table, listening));
      const listeners = [...server.listeners.values()];
      if (listeners.length === 0) continue;
      if (!this.#wants(listeners.map(({ port }) => port))) {
        server.close();
        this.#servers.delete(key);
        this.#strangers.add(key);
        continue;
      }
      const where = [...new Set(listeners.map(addressText))].join(', ');
      this.#introduce(key, 'server', server.root, where);
    }
  }

  #lookAtConnections(servers: readonly Watched[], withInodes: boolean): void {
    for (const server of servers) server.forgetConnections(withInodes);
    this.#sockets.connections(servers);
  }

  #lookAtWorkers(servers: readonly Watched[], listening: ReadonlyMap<number, Listener>): void {
    this.#lookAtConnections(servers, true);
    for (const server of servers) server.lookAtDescriptors(this.#table, listening);
  }

  #lookAtLoads(now: number): void {
    const trips = new Histogram(FINE);
    for (const load of this.#loads.values()) trips.add(load.look(now));
    this.#trips = undefined;
    if (trips.count === 0) return;
    const [p50, p95, p99] = [50, 95, 99].map((percent) => whole(trips.percentile(percent)));
    this.#trips = { p50: p50!, p95: p95!, p99: p99! };
  }

  close(): void {
    this.#sockets.close();
  }
}
