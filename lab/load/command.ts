/** `lab load`: from the words on its command line to the report, and to the exit status. */

import { checkWritable } from '../files.ts';
import { describe, search } from './find-max.ts';
import { machineLimits, type Plan, plan, raiseDescriptorLimit } from './limits.ts';
import { durationOf, type Options, readOptions } from './options.ts';
import { writeOutputs } from './outputs.ts';
import { Telling } from './progress.ts';
import { isReason } from './reason.ts';
import { holding, report } from './report.ts';
import { NoSuchCommand, parseRequests, type Request } from './requests.ts';
import { type Result, succeeded } from './result.ts';
import { type Load, Run } from './run.ts';
import { resolveTargets, type Target } from './target.ts';
import { count } from './units.ts';
import { commandOf, headline, nobody } from './words.ts';

const NAME = 'lab load';
/** The exit statuses. */
const [WELL, FAILED, MISTAKE, INTERRUPTED] = [0, 1, 2, 130];

/** So long after the last sign of life the meeting is over, whoever has had no answer; in microseconds. */
const MEETING = 500_000;

/** Runs the command. @returns the exit status */
export async function load(words: readonly string[]): Promise<number> {
  const options = readOptions(NAME, words);
  let requests: Request[];
  try {
    requests = parseRequests(commandOf(options), options.http ? hostOf(options.target[0]!) : undefined);
  } catch (error) {
    if (!(error instanceof NoSuchCommand)) throw error;
    return fail(error.message, MISTAKE);
  }
  try {
    const addresses = await resolveTargets(options.target);
    const divided = plan(options.connections, options.processes, addresses, machineLimits());
    if (divided.words !== undefined) console.error(`${NAME}: ${divided.words}`);
    checkWritable(options.csv, options.json, options.html);
    raiseDescriptorLimit();
    return await carryOut(options, loadOf(options, addresses, requests), divided);
  } catch (error) {
    if (!isReason(error)) throw error;
    return fail(error.message, FAILED);
  }
}

/** What the processes are told. */
function loadOf(options: Options, addresses: Load['addresses'], requests: readonly Request[]): Load {
  const { hold, rate, findMax, http, pipeline, warmUp, readRate, csv, json, html } = options;
  const open = rate !== undefined || findMax !== undefined;
  return {
    addresses,
    mode: hold ? 'hold' : open ? 'open' : 'closed',
    requests,
    http,
    pipeline,
    think: microseconds(options.think),
    ramp: microseconds(options.ramp),
    quiet: warmUp > 0,
    ...(readRate === undefined ? {} : { readRate }),
    meeting: MEETING,
    ...(options.requests === undefined ? {} : { each: options.requests }),
    patience: microseconds(options.patience),
    detailed: [csv, json, html].some((path) => path !== undefined),
  };
}

function microseconds(milliseconds: number): number {
  return milliseconds * 1000;
}

/** What HTTP calls the host. */
function hostOf({ text, path }: Target): string {
  return path === undefined ? text : 'localhost';
}

function fail(message: string, status: number): number {
  console.error(`${NAME}: ${message.replace(/\s*\n\s*/g, ' ')}`);
  return status;
}

/** Says what is done, runs it, reports it. */
async function carryOut(options: Options, settings: Load, divided: Plan): Promise<number> {
  const run = new Run(settings, divided, options.cpus);
  let interruptions = 0;
  const interrupt = (): void => {
    run.stop();
    if (++interruptions > 1) void run.end();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const telling = new Telling(run, options);
  run.failed = ({ message }) => run.stopped || telling.say(`${NAME}: ${message}`);
  try {
    const connecting = await run.met();
    if (connecting.connected === 0 && !run.stopped) {
      run.stop();
      const result = await run.result();
      return fail(nobody(options, result.errors), FAILED);
    }
    telling.say(`${headline(options, divided)}\n`, process.stdout);
    telling.begin();
    const result = await measure(run, options, telling);
    telling.stop();
    if (result === undefined) return run.stopped ? INTERRUPTED : FAILED;
    return conclude(options, settings, result, run.stopped);
  } finally {
    telling.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await run.end();
  }
}

/** Has the load run, in one part or in several. @returns nothing where no rate keeps the condition */
async function measure(run: Run, options: Options, telling: Telling): Promise<Result | undefined> {
  const { requests, duration, rate, hold, findMax, warmUp } = options;
  if (requests !== undefined || run.stopped) return run.result();
  if (hold && duration === undefined) return run.part({});
  const part = { microseconds: microseconds(durationOf(options)) };
  if (warmUp > 0) {
    const warm = await run.part({ microseconds: microseconds(warmUp), more: true }, rate);
    if (run.stopped || warm.partial !== undefined) return warm;
    telling.begin();
  }
  if (findMax === undefined) return run.part(part, rate);
  const found = await search(
    findMax,
    (attempt) => run.part({ ...part, more: true }, attempt),
    (trial) => telling.say(describe(trial, findMax)),
    () => run.stopped,
  );
  telling.stop();
  const best = found.trials.filter(({ kept }) => kept).sort((a, b) => b.rate - a.rate)[0];
  const partial = found.partial ?? (run.stopped ? 'interrupted' : undefined);
  if (best === undefined) {
    console.log(`${partial === undefined ? '' : `PARTIAL RESULT: ${partial}\n\n`}no rate kept ${findMax.text}`);
    return undefined;
  }
  const highest = partial === undefined ? 'the highest rate' : 'the highest rate so far';
  console.log(`${count(best.rate)}/s is ${highest} that kept ${findMax.text}\n`);
  return { ...best.result, partial };
}

/** Reports a result, and writes the files. @returns the exit status */
async function conclude(options: Options, settings: Load, result: Result, stopped: boolean): Promise<number> {
  // Who holds without an end is always interrupted; that is no news.
  const endless = options.hold && options.duration === undefined;
  const shown = endless
    ? { ...result, partial: result.partial?.replace(/(; )?interrupted$/, '') || undefined }
    : result;
  console.log(options.hold ? holding(shown) : report(shown, process.stdout.columns ?? Number.POSITIVE_INFINITY));
  const written = await writeOutputs(options, settings, shown);
  if (!written) return FAILED;
  if (stopped && !endless) return INTERRUPTED;
  return succeeded(shown) && (!options.hold || shown.served === shown.connections) ? WELL : FAILED;
}
