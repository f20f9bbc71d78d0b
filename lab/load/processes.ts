/** The processes that load, all of them together. */

import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { mapShared, memfd } from '../../lib/sys/memory.ts';
import { Loader, ProcessFailed } from './loader.ts';
import { type Meeting, type Order, PROGRESS, type Report, type Settings, SHARED_NAME } from './settings.ts';

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
    const shared = check(memfd(size, SHARED_NAME), 'memfd_create');
    const { bytes } = mapShared(shared, size);
    this.#progress = new Float64Array(bytes.buffer, bytes.byteOffset, settings.length * PROGRESS.length);
    try {
      for (const slot of settings.keys()) {
        this.#loaders.push(new Loader(slot, settings.length, shared, cpus?.[slot % cpus.length]));
      }
    } catch (error) {
      void this.end(); // those who were started have nobody to wait for
      throw error;
    } finally {
      close(shared);
    }
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

  /**
   * Waits for what each has measured.
   *
   * @param failed is told at once who will not report, while others may go on
   * @returns in their order: a report, or why there is none
   */
  async reports(failed: (why: ProcessFailed) => void): Promise<(Report | ProcessFailed)[]> {
    return Promise.all(
      this.#loaders.map(async (loader) => {
        try {
          let news = await loader.hear();
          while (!('report' in news)) news = await loader.hear();
          return news.report;
        } catch (error) {
          if (!(error instanceof ProcessFailed)) throw error;
          failed(error);
          return error;
        }
      }),
    );
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
