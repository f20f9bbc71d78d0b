/** `lab profile`: from the words on its command line to the page, and to the exit status. */

import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemError } from '../../lib/sys/errors.ts';
import { processorTime } from '../bench/observe.ts';
import { NotEnough } from '../load/limits.ts';
import { writeWhole } from '../load/outputs.ts';
import { ProcessFailed } from '../load/processes.ts';
import { NoSuchCommand, parseRequests } from '../load/requests.ts';
import type { Result } from '../load/result.ts';
import type { Run } from '../load/run.ts';
import { count, many, time } from '../load/units.ts';
import { tidy } from './frames.ts';
import { startLoad } from './load.ts';
import { openInBrowser } from './open.ts';
import { type Options, readOptions } from './options.ts';
import { page } from './page.ts';
import { NoPerf, PerfSampler } from './perf.ts';
import { type Sampler, type Seen, V8Sampler } from './sampler.ts';
import { Server, ServerFailed } from './server.ts';
import { summary } from './summary.ts';

const NAME = 'lab profile';
/** The exit statuses. */
const [WELL, FAILED, MISTAKE, INTERRUPTED] = [0, 1, 2, 130];
/** How long the first answer may take, and the next one, in milliseconds. */
const [PATIENCE, QUIET] = [5000, 500];

/** What a run has shown. */
interface Shown {
  readonly seen: Seen;
  readonly result: Result;
  /** How long it was looked, and what the server has used meanwhile, in microseconds. */
  readonly lasted: number;
  readonly used: number | undefined;
}

/** Runs the command. @returns the exit status */
export async function profile(words: readonly string[]): Promise<number> {
  const options = readOptions(NAME, words);
  const interrupt = new AbortController();
  const interrupted = (): void => interrupt.abort();
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    parseRequests(options.command);
    accessSync(existsSync(options.out) ? options.out : dirname(options.out), constants.W_OK);
    const shown = await look(options, options.perf ? new PerfSampler() : new V8Sampler(), interrupt.signal);
    if (shown === undefined) return INTERRUPTED;
    return await conclude(options, shown, interrupt.signal.aborted);
  } catch (error) {
    if (error instanceof NoSuchCommand) return fail(error, MISTAKE);
    // A server that refuses its options has said so, with this status.
    if (error instanceof ServerFailed) return fail(error, error.status === MISTAKE ? MISTAKE : FAILED);
    if (isReason(error)) return fail(error, FAILED);
    throw error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

/** Whether an error is the machine's no, and no bug. */
function isReason(error: unknown): error is Error {
  const known = [NotEnough, NoPerf, ProcessFailed, SystemError].some((kind) => error instanceof kind);
  return known || (error as NodeJS.ErrnoException).syscall !== undefined;
}

function fail({ message }: Error, status: number): number {
  console.error(`${NAME}: ${message.replace(/\s*\n\s*/g, ' ')}`);
  return status;
}

// #region look
/** Starts the server, loads it, and looks meanwhile. @returns nothing when it was interrupted before there was anything to see */
async function look(options: Options, sampler: Sampler, signal: AbortSignal): Promise<Shown | undefined> {
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
      console.error(`${NAME}: ${options.target.name} runs, and is looked at for ${time(options.duration * 1000)}`);
      const measured = load.part({});
      const [began, before] = [performance.now(), used(server)];
      await sampler.begin();
      await Promise.race([waited(options.duration, signal), died, measured]);
      const lasted = (performance.now() - began) * 1000;
      const after = used(server);
      const seen = await Promise.race([sampler.end(), died]); // still under load: who sleeps is asked in vain
      load.stop();
      const result = await measured;
      return { seen, result, lasted, used: before === undefined || after === undefined ? undefined : after - before };
    } finally {
      await load.end();
    }
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

/** Says what was seen, and writes the page. @returns the exit status */
async function conclude(options: Options, shown: Shown, aborted: boolean): Promise<number> {
  const { seen, result, lasted } = shown;
  const { target, command, connections, words, out } = options;
  const partial = aborted ? `interrupted after ${time(lasted)}` : failureOf(result);
  const title = [target.name, ...words].join(' ');
  const facts = factsOf(options, shown);
  if (partial !== undefined) console.log(`PARTIAL RESULT: ${partial}\n`);
  console.log(`${title}: ${command}${options.http ? ' over HTTP' : ''}, ${many(connections, 'connection')}\n`);
  console.log([...facts, '', ...summary(seen)].join('\n'));
  const trees = seen.trees.map((tree) => tidy(tree));
  const html = await page({ title: `${title}: ${command}`, facts, partial, trees });
  writeWhole(out, html);
  console.log(`\n${out} is written${partial === undefined ? '' : ', of a partial result'}`);
  openInBrowser(out);
  return aborted ? INTERRUPTED : partial === undefined ? WELL : FAILED;
}

/** What went wrong meanwhile. That connections wait for a place is no failure of an iterative server. */
function failureOf({ errors, requests }: Result): string | undefined {
  if (requests === 0) return 'nobody was answered';
  return errors.size === 0 ? undefined : [...errors].map(([what, times]) => `${what} ${count(times)}×`).join(', ');
}

function factsOf({ connections }: Options, { seen, result, lasted, used }: Shown): string[] {
  const { served, requests, seconds } = result;
  const waiting =
    served < connections ? `; only ${count(served)} of ${count(connections)} connections were served` : '';
  const share = used === undefined ? '' : `, and the server used ${Math.round((100 * used) / lasted)}% of one core`;
  return [
    `${count(requests)} requests were answered, ${count(requests / Math.max(seconds, 1e-9))}/s${share}${waiting}.`,
    `In ${time(lasted)} ${seen.how}.`,
  ];
}
