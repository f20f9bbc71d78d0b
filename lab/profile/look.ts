/** One look at a server: it is started, loaded, and looked at meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises';
import { processorTime } from '../bench/observe.ts';
import type { Result } from '../load/result.ts';
import type { Run } from '../load/run.ts';
import { startLoad } from './load.ts';
import type { Options } from './options.ts';
import type { Sampler, Seen } from './sampler.ts';
import { Server } from './server.ts';

/** How long the first answer may take, and the next one, in milliseconds. */
const [PATIENCE, QUIET] = [5000, 500];
/** Whoever was connected to a server that ends may hear of it so long before we do, in milliseconds. */
const FAREWELL = 500;

/** What is looked at, and for how long. */
export type Looking = Omit<Options, 'perf' | 'out'>;

/** What a run has shown. */
export interface Shown {
  readonly seen: Seen;
  readonly result: Result;
  /** How long it was looked, and what the server has used meanwhile, in microseconds. */
  readonly lasted: number;
  readonly used: number | undefined;
}

// #region look
/**
 * Starts a server, loads it, and looks meanwhile.
 *
 * @param begun is called when it begins to look
 * @returns nothing when it was interrupted before there was anything to see
 * @throws ServerFailed, NoPerf, and whatever a load throws
 */
export async function look(
  options: Looking,
  sampler: Sampler,
  signal: AbortSignal,
  begun = (): void => {},
): Promise<Shown | undefined> {
  const server = new Server(options.target, options.words, sampler.options, (url) => sampler.attach(url));
  sampler.started(server.child.pid!);
  const died = server.ended.then((failure) => Promise.reject(failure));
  died.catch(() => {});
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  try {
    const where = await Promise.race([server.listening(), stopped]);
    if (where === undefined || signal.aborted) return undefined;
    const load = startLoad(options, where.host, where.port);
    try {
      await Promise.race([load.met().then(() => settled(load, options.connections)), stopped, died]);
      if (signal.aborted) return undefined;
      begun();
      const measured = load.part({});
      const [began, before] = [performance.now(), used(server)];
      await sampler.begin();
      await Promise.race([
        waited(options.duration, signal),
        died,
        measured.then(() => Promise.race([sleep(FAREWELL), died])),
      ]);
      const lasted = (performance.now() - began) * 1000;
      const after = used(server);
      const seen = await Promise.race([sampler.end(), died]); // still under load: who sleeps is asked in vain
      load.stop();
      const result = await measured;
      return { seen, result, lasted, used: before === undefined || after === undefined ? undefined : after - before };
    } finally {
      await load.end();
    }
  } catch (error) {
    await Promise.race([sleep(FAREWELL), died]); // what has failed may have done so because the server has ended
    throw error;
  } finally {
    sampler.close();
    await server.end();
  }
}
// #endregion look

/** Waits until all are served, or nobody new has been for a while: a thread or a process for each takes time to start. */
async function settled(load: Run, connections: number): Promise<void> {
  let [before, since] = [0, performance.now()];
  for (;;) {
    const { answered } = load.progress;
    if (answered > before) [before, since] = [answered, performance.now()];
    if (answered >= connections || performance.now() - since > (answered > 0 ? QUIET : PATIENCE)) return;
    await sleep(20);
  }
}

/** The server's processor time so far, in microseconds; undefined when one of its processes ends just then. */
function used({ child }: Server): number | undefined {
  try {
    return processorTime(child.pid!);
  } catch {
    return undefined;
  }
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
