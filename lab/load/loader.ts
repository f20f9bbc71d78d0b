/** One process that loads: started, given orders, and heard, until its end, however that comes. */

import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { startChild } from '../../lib/program/launch.ts';
import { check, EINVAL } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { getAffinity, setAffinity } from '../../lib/sys/resources.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';
import { Lines } from './lines.ts';
import { line, type News, type Order, type Settings } from './settings.ts';

const ENTRY = new URL('./child.ts', import.meta.url);

/** A process has ended and not said what it measured, or could not do its part. */
export class ProcessFailed extends Error {}

/** One of the processes. */
export class Loader {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  /** When it has ended, and nothing more will be heard of it. */
  readonly #over: Promise<void>;
  readonly #news: News[] = [];
  #wake = (): void => {};
  #ended: string | undefined;

  /**
   * Starts it.
   *
   * @param slot which of so many `slots` it is, from 0
   * @param shared a descriptor of the memory in which it counts
   * @param cpu where it runs; undefined for wherever the kernel likes
   * @throws SystemError
   */
  constructor(slot: number, slots: number, shared: number, cpu: number | undefined) {
    const [ours, its] = openSocketpair(SOCK_STREAM);
    const before = cpu === undefined ? undefined : getAffinity();
    try {
      // Inherited with all its threads; they exist by the time that the child could bind itself.
      if (cpu !== undefined) bind(cpu);
      this.#child = startChild(ENTRY, [`${slot}`, `${slots}`], [its, shared]);
    } finally {
      if (before !== undefined) setAffinity(before);
      close(its);
    }
    this.#socket = new Socket({ fd: ours }).setEncoding('latin1');
    const lines = new Lines();
    this.#socket.on('data', (text) => {
      for (const one of lines.take(String(text))) this.#news.push(JSON.parse(one) as News);
      this.#wake();
    });
    // A process that ends before it has read an order resets the line (ECONNRESET), and one that is told something after
    // its end breaks it (EPIPE); either is only its end, which is told below.
    this.#socket.on('error', () => {});
    // What it has said last may be heard after its end: it is over when both the process and the line have ended.
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    const ended = new Promise<string>((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message));
      this.#child.once('close', (status, signal) => resolve(`process ${slot + 1} has ended (${signal ?? status})`));
    });
    this.#over = Promise.all([ended, closed]).then(([how]) => {
      this.#ended = how;
      this.#wake();
    });
  }

  tell(what: Settings | Order): void {
    if (this.#socket.writable) this.#socket.write(line(what));
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
    this.#child.kill('SIGKILL');
    await this.#over;
  }
}

/** @throws RangeError when this machine does not have that processor */
function bind(cpu: number): void {
  const bound = setAffinity([cpu]);
  if (bound === -EINVAL) throw new RangeError(`this machine has no processor ${cpu}, or none for us`);
  check(bound, 'sched_setaffinity', `processor ${cpu}`);
}
