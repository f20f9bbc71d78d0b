/** `lab profile`: from the words on its command line to the page, and to the exit status. */

import { checkWritable, writeWhole } from '../files.ts';
import { isReason } from '../load/reason.ts';
import { NoSuchCommand, parseRequests } from '../load/requests.ts';
import type { Result } from '../load/result.ts';
import { count, many, time } from '../load/units.ts';
import { tidy } from './frames.ts';
import { look, type Shown } from './look.ts';
import { openInBrowser } from './open.ts';
import { type Options, readOptions } from './options.ts';
import { page } from './page.ts';
import { NoPerf, PerfSampler } from './perf.ts';
import { V8Sampler } from './sampler.ts';
import { ServerFailed } from './server.ts';
import { summary } from './summary.ts';

const NAME = 'lab profile';
/** The exit statuses. */
const [WELL, FAILED, MISTAKE, INTERRUPTED] = [0, 1, 2, 130];

/** Runs the command. @returns the exit status */
export async function profile(words: readonly string[]): Promise<number> {
  const options = readOptions(NAME, words);
  const interrupt = new AbortController();
  const interrupted = (): void => interrupt.abort();
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    parseRequests(options.command);
    checkWritable(options.out);
    const shown = await look(options, options.perf ? new PerfSampler() : new V8Sampler(), interrupt.signal, () => {
      console.error(`${NAME}: ${options.target.name} runs, and is looked at for ${time(options.duration * 1000)}`);
    });
    if (shown === undefined) return INTERRUPTED;
    return await conclude(options, shown, interrupt.signal.aborted);
  } catch (error) {
    if (error instanceof NoSuchCommand) return fail(error, MISTAKE);
    // A server that refuses its options has said so, with this status.
    if (error instanceof ServerFailed) return fail(error, error.status === MISTAKE ? MISTAKE : FAILED);
    if (error instanceof NoPerf || isReason(error)) return fail(error, FAILED);
    throw error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

function fail({ message }: Error, status: number): number {
  console.error(`${NAME}: ${message.replace(/\s*\n\s*/g, ' ')}`);
  return status;
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
  const html = page({ title: `${title}: ${command}`, facts, partial, trees });
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
