/** Where a server's threads are, seen by V8's own profiler. */

import type { Frame } from './frames.ts';
import { InspectedProcess, type Thread } from './inspector.ts';
import { Sources, sourceName } from './names.ts';
import { treeOf } from './v8.ts';

/** What looks where a server's threads are. */
export interface Sampler {
  /** Options of Node's, for all processes of the server. */
  readonly options: string;
  /** An inspector listens there. */
  attach(url: string): void;
  /** Where the server runs. */
  started(pid: number): void;
  begin(): Promise<void>;
  /** @returns a tree for each thread that was seen, and the names of those that were not */
  end(): Promise<Seen>;
  /** Lets go of the server, before that ends. */
  close(): void;
}

/** What was seen. */
export interface Seen {
  /** One for each thread. */
  readonly trees: readonly Frame[];
  /** The names of those that slept all the while, in one system call each. */
  readonly asleep: readonly string[];
  /** How often it was looked, in words. */
  readonly how: string;
}

/** From one look to the next, in microseconds: what --cpu-prof takes. */
const INTERVAL = 1000;
/** How long a thread has to hand over its profile, in milliseconds. */
const PATIENCE = 3000;

/** What --cpu-prof does, but through the inspector, and for as long as the load lasts. */
export class V8Sampler implements Sampler {
  readonly options = '--inspect=127.0.0.1:0';
  readonly processes: InspectedProcess[] = [];
  /** From when on it counts, in microseconds on CLOCK_MONOTONIC. */
  #began = 0;

  readonly #profiled: boolean;

  /** @param profiled false when only the sources are asked for */
  constructor(profiled = true) {
    this.#profiled = profiled;
  }

  started(): void {}

  // From its start on, although only the load counts: V8 remembers what it has inlined where as long as it is profiled.
  attach(url: string): void {
    this.processes.push(
      new InspectedProcess(url, (thread) => {
        if (this.#profiled) thread.begin(INTERVAL);
      }),
    );
  }

  async begin(): Promise<void> {
    this.#began = Number(process.hrtime.bigint()) / 1000;
  }

  async end(): Promise<Seen> {
    const threads = this.#threads();
    const [profiles] = await Promise.all([
      Promise.all(threads.map((thread) => thread.end(PATIENCE))),
      ...this.processes.map((one) => one.identify(PATIENCE)),
    ]);
    const sources = await this.#read(threads.filter((_, i) => profiles[i] !== undefined));
    const trees = threads.flatMap((thread, i) => {
      const profile = profiles[i];
      return profile === undefined
        ? []
        : treeOf(profile, sources, { name: this.#name(thread), at: '', kind: 'program' }, this.#began);
    });
    const asleep = threads.filter((_, i) => profiles[i] === undefined).map((thread) => this.#name(thread));
    return { trees, asleep, how: 'V8 looked once a millisecond, awake or asleep' };
  }

  /** For another sampler: the sources of what runs, and what the processes are called. */
  async read(): Promise<{ sources: Sources; names: Map<number, string> }> {
    await Promise.all(this.processes.map((one) => one.identify(PATIENCE)));
    const sources = await this.#read(this.#threads());
    const known = this.processes.filter(({ pid }) => pid !== undefined);
    return {
      sources,
      names: new Map(known.map(({ pid, main }) => [pid!, main === this.processes[0]?.main ? '' : this.#name(main)])),
    };
  }

  async #read(threads: readonly Thread[]): Promise<Sources> {
    await Promise.all(threads.map((thread) => thread.readMaps(PATIENCE)));
    const sources = new Sources();
    for (const [url, map] of threads.flatMap(({ maps }) => [...maps])) sources.add(url, map);
    return sources;
  }

  close(): void {
    for (const one of this.processes) one.close();
  }

  #threads(): Thread[] {
    return this.processes.flatMap(({ threads }) => threads);
  }

  /** As in `main thread`, `process 4711, child.ts`, `worker 3, burner.ts`. */
  #name({ process, number, url }: Thread): string {
    const first = process === this.processes[0];
    const own = first ? '' : `process ${process.pid ?? '?'}, ${sourceName(process.program)}`;
    if (number === 0) return own || 'main thread';
    return `${own}${own && ', '}worker ${number}, ${sourceName(url)}`;
  }
}
