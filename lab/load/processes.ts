/** The processes that load: started, each on its processor, given orders, and heard. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { startChild } from '../../lib/program/launch.ts';
import { check, SystemError } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { mapShared, memfd } from '../../lib/sys/memory.ts';
import { getAffinity, setAffinity } from '../../lib/sys/resources.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';
import { line, type Meeting, type News, type Order, PROGRESS, type Report, type Settings } from './settings.ts';

const ENTRY = new URL('./child.ts', import.meta.url);

/** A process has ended and not said what it measured, or could not do its part. */
export class ProcessFailed extends Error {}

/** One process that loads. */
class Loader {
  readonly child: ChildProcess;
  /** When it has ended, and nothing more will be heard of it. */
  readonly over: Promise<void>;
  readonly #socket: Socket;
  readonly #news: News[] = [];
  #wake = (): void => {};
  #ended: string | undefined;

  /** @param cpu where it runs; undefined for wherever the kernel likes */
  constructor(slot: number, slots: number, shared: number, cpu: number | undefined) {
    const [ours, its] = openSocketpair(SOCK_STREAM);
    const before = cpu === undefined ? undefined : getAffinity();
    try {
      // Inherited with all its threads; they exist by the time that the child could bind itself.
      if (cpu !== undefined) bind(cpu);
      this.child = startChild(ENTRY, [`${slot}`, `${slots}`], [its, shared]);
    } finally {
      if (before !== undefined) setAffinity(before);
      close(its);
    }
    this.#socket = new Socket({ fd: ours });
    const lines = createInterface({ input: this.#socket });
    lines.on('error', () => {}); // its end is told by the child's
    lines.on('line', (text) => {
      this.#news.push(JSON.parse(text) as News);
      this.#wake();
    });
    // What it has said last may be heard after its end: it is over when both the process and the line have ended.
    const closed = once(this.#socket, 'close');
    const ended = new Promise<string>((resolve) => {
      this.child.once('error', ({ message }) => resolve(message));
      this.child.once('close', (status, signal) => resolve(`process ${slot + 1} has ended (${signal ?? status})`));
    });
    this.over = Promise.all([ended, closed]).then(([how]) => {
      this.#ended = how;
      this.#wake();
    });
  }

  tell(what: Settings | Order): void {
    if (!this.#socket.destroyed) this.#socket.write(line(what));
  }

  /** The next thing that it says. @throws ProcessFailed */
  async hear(): Promise<News> {
    for (;;) {
      const news = this.#news.shift();
      if (news !== undefined && 'failed' in news) throw new ProcessFailed(news.failed);
      if (news !== undefined) return news;
      if (this.#ended !== undefined) throw new ProcessFailed(this.#ended);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Has hear() return this again. */
  putBack(news: News): void {
    this.#news.unshift(news);
  }

  /** Ends it, whatever it does, and waits for that. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.over;
  }
}

/** @throws SystemError when this machine does not have that processor */
function bind(cpu: number): void {
  const bound = setAffinity([cpu]);
  if (bound < 0) throw new SystemError(bound, 'sched_setaffinity', `processor ${cpu}`);
}

/** What all processes have counted so far. */
export interface Progress {
  readonly connected: number;
  readonly answered: number;
  readonly requests: number;
  readonly errors: number;
}

/** All processes of a load. */
export class Processes {
  readonly #loaders: Loader[] = [];
  readonly #progress: Float64Array;

  /**
   * Starts them, and tells them what to do.
   *
   * @param cpus on which processors, one after the other, in turn; undefined for any
   * @throws SystemError
   */
  constructor(settings: readonly Settings[], cpus: readonly number[] | undefined) {
    const size = settings.length * PROGRESS.length * Float64Array.BYTES_PER_ELEMENT;
    const shared = check(memfd(size), 'memfd_create');
    const { bytes } = mapShared(shared, size);
    this.#progress = new Float64Array(bytes.buffer, bytes.byteOffset, settings.length * PROGRESS.length);
    for (const slot of settings.keys()) {
      this.#loaders.push(new Loader(slot, settings.length, shared, cpus?.[slot % cpus.length]));
    }
    close(shared);
    for (const [slot, loader] of this.#loaders.entries()) loader.tell(settings[slot]!);
  }

  tell(order: Order): void {
    for (const loader of this.#loaders) loader.tell(order);
  }

  /** Tells each its own. */
  tellEach(order: (slot: number) => Order): void {
    for (const [slot, loader] of this.#loaders.entries()) loader.tell(order(slot));
  }

  /** Waits until each has met the server, or has already reported. @throws ProcessFailed */
  async met(): Promise<Meeting[]> {
    return Promise.all(
      this.#loaders.map(async (loader) => {
        const news = await loader.hear();
        if ('met' in news) return news.met;
        loader.putBack(news); // it was told to stop before it had met anybody
        return 'report' in news ? news.report.meeting : { connected: 0, answered: 0, began: 0, stood: 0 };
      }),
    );
  }

  /** Waits for what each has measured. @returns the reports, and why some are missing */
  async reports(): Promise<{ reports: Report[]; missing: string[] }> {
    const reports: Report[] = [];
    const missing: string[] = [];
    await Promise.all(
      this.#loaders.map(async (loader) => {
        try {
          let news = await loader.hear();
          while (!('report' in news)) news = await loader.hear();
          reports.push(news.report);
        } catch (error) {
          if (!(error instanceof ProcessFailed)) throw error;
          missing.push(error.message);
        }
      }),
    );
    return { reports, missing };
  }

  get progress(): Progress {
    const sum = (which: number): number =>
      this.#loaders.reduce((all, _, i) => all + this.#progress[i * PROGRESS.length + which]!, 0);
    return {
      connected: sum(PROGRESS.connected),
      answered: sum(PROGRESS.answered),
      requests: sum(PROGRESS.requests),
      errors: sum(PROGRESS.errors),
    };
  }

  /** Ends them all, and waits for it. */
  async end(): Promise<void> {
    await Promise.all(this.#loaders.map((loader) => loader.end()));
  }
}
