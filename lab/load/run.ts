/** Runs a load: starts its processes, begins what is measured, and puts together what they report. */

import type { Plan } from './limits.ts';
import { Processes, type Progress } from './processes.ts';
import { type Connecting, connecting, merge, type Result } from './result.ts';
import type { Go, Order, Settings } from './settings.ts';

/** What a load is, beside how it is divided. */
export type Load = Omit<Settings, 'connections' | 'first' | 'network' | 'sources'>;

/** A load that runs. */
export class Run {
  readonly #processes: Processes;
  readonly #shares: readonly number[];
  /** Whether it was told to stop. */
  stopped = false;
  /** Is told why a process will not report, while others may go on. */
  failed: (why: Error) => void = () => {};

  /** Starts the processes, which begin to connect. @throws SystemError */
  constructor(load: Load, { shares, sources }: Plan, cpus: readonly number[] | undefined) {
    this.#shares = shares;
    const network = Math.floor(Math.random() * 65_536); // not that of the run before, whose ports are in TIME_WAIT
    const settings = shares.map((connections, slot) => ({
      ...load,
      connections,
      first: shares.slice(0, slot).reduce((sum, share) => sum + share, 0),
      sources,
      network: (network + slot) % 65_536,
    }));
    this.#processes = new Processes(settings, cpus);
  }

  get progress(): Progress {
    return this.#processes.progress;
  }

  /** Waits until everybody is connected. @throws ProcessFailed */
  async met(): Promise<Connecting> {
    return connecting(await this.#processes.met());
  }

  /** Begins what is measured, and waits for the end of it. @param rate requests a second in all */
  async part(go: Omit<Go, 'rate'>, rate?: number): Promise<Result> {
    const all = this.#shares.reduce((sum, share) => sum + share, 0);
    this.#processes.tellEach((slot): Order => {
      return { go: rate === undefined ? go : { ...go, rate: (rate * this.#shares[slot]!) / all } };
    });
    return this.result();
  }

  /** Waits for what the processes report. */
  async result(): Promise<Result> {
    return merge(await this.#processes.reports((why) => this.failed(why)), this.#shares);
  }

  /** Has them report what they have, and end. */
  stop(): void {
    this.stopped = true;
    this.#processes.tell({ stop: true });
  }

  /** Leaves nobody behind. */
  async end(): Promise<void> {
    await this.#processes.end();
  }
}
