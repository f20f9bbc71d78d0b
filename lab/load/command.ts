/** `lab load`: from the words on its command line to the report, and to the exit status. */

import { SystemError } from '../../lib/sys/errors.ts';
import { describe, search } from './find-max.ts';
import { machineLimits, NotEnough, type Plan, plan, raiseDescriptorLimit } from './limits.ts';
import { type Options, readOptions } from './options.ts';
import { checkWritable, writeOutputs } from './outputs.ts';
import { ProcessFailed } from './processes.ts';
import { progressText, Telling } from './progress.ts';
import { report } from './report.ts';
import { NoSuchCommand, parseRequests, type Request } from './requests.ts';
import { type Result, succeeded } from './result.ts';
import { type Load, Run } from './run.ts';
import { resolveTargets } from './target.ts';
import { count, many, time } from './units.ts';

const NAME = 'lab load';
/** Defaults, in milliseconds. */
const [DURATION, TRY] = [5000, 2000];

/** The exit statuses. */
const [WELL, FAILED, MISTAKE, INTERRUPTED] = [0, 1, 2, 130];

/** Runs the command. @returns the exit status */
export async function load(words: readonly string[]): Promise<number> {
  const options = readOptions(NAME, words);
  let requests: Request[];
  try {
    requests = parseRequests(
      commandOf(options),
      options.http ? (options.target[0]!.path === undefined ? options.target[0]!.text : 'localhost') : undefined,
    );
  } catch (error) {
    if (!(error instanceof NoSuchCommand)) throw error;
    return fail(error.message, MISTAKE);
  }
  try {
    const addresses = await resolveTargets(options.target);
    const divided = plan(options.connections, options.processes, addresses, machineLimits());
    if (divided.words !== undefined) console.error(`${NAME}: ${divided.words}`);
    checkWritable(options);
    raiseDescriptorLimit();
    const us = (milliseconds: number): number => milliseconds * 1000;
    const mode = options.hold
      ? 'hold'
      : options.rate !== undefined || options.findMax !== undefined
        ? 'open'
        : 'closed';
    const settings: Load = {
      addresses,
      mode,
      requests,
      http: options.http,
      pipeline: options.pipeline,
      think: us(options.think),
      ramp: us(options.ramp),
      ...(options.requests === undefined ? {} : { each: options.requests }),
      patience: us(options.patience),
      detailed: options.csv !== undefined || options.html !== undefined || options.json !== undefined,
    };
    return await carryOut(options, settings, divided);
  } catch (error) {
    if (!isReason(error)) throw error;
    return fail(error.message, FAILED);
  }
}

/** Whether an error is the machine's or the network's no, and no bug. */
function isReason(error: unknown): error is Error {
  const known = [NotEnough, ProcessFailed, SystemError, RangeError].some((kind) => error instanceof kind);
  return known || (error as NodeJS.ErrnoException).syscall !== undefined;
}

function fail(message: string, status: number): number {
  console.error(`${NAME}: ${message.replace(/\s*\n\s*/g, ' ')}`);
  return status;
}

function commandOf({ command, message }: Options): string {
  return message === undefined ? (command ?? 'PING') : `ECHO ${message}`;
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
  const telling = tell(run, options);
  try {
    const connecting = await run.met();
    if (connecting.connected === 0 && !run.stopped) {
      run.stop();
      const result = await run.result();
      return fail(nobody(options, result), FAILED);
    }
    console.log(`${headline(options, divided)}\n`);
    telling.connected();
    const result = await measure(run, options, telling);
    telling.stop();
    if (result === undefined) return FAILED;
    return conclude(options, settings, result, run.stopped);
  } finally {
    telling.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await run.end();
  }
}

/** Has the load run, in one part or in several. @returns nothing where no rate keeps the condition */
async function measure(run: Run, options: Options, telling: ReturnType<typeof tell>): Promise<Result | undefined> {
  const us = (milliseconds: number): { microseconds: number } => ({ microseconds: milliseconds * 1000 });
  const { requests, duration, rate, hold, findMax } = options;
  if (requests !== undefined || run.stopped) return run.result();
  if (hold) return run.part(duration === undefined ? {} : us(duration));
  if (findMax === undefined) return run.part(us(duration ?? DURATION), rate);
  const each = us(duration ?? TRY);
  const trials = await search(
    findMax,
    (attempt) => run.part({ ...each, more: true }, attempt),
    (trial) => telling.say(describe(trial, findMax)),
    () => run.stopped,
  );
  const best = trials.filter(({ kept }) => kept).sort((a, b) => b.rate - a.rate)[0];
  if (run.stopped) {
    console.log('PARTIAL RESULT: interrupted');
  }
  if (best === undefined) {
    console.log(`no rate kept ${findMax.text}`);
    return undefined;
  }
  console.log(`${count(best.rate)}/s is the highest rate that kept ${findMax.text}\n`);
  return best.result;
}

/** Reports a result, and writes the files. @returns the exit status */
async function conclude(options: Options, settings: Load, result: Result, stopped: boolean): Promise<number> {
  // Who holds without an end is always interrupted.
  const held = options.hold && options.duration === undefined && result.partial === 'interrupted';
  const shown = held ? { ...result, partial: undefined } : result;
  console.log(options.hold ? holding(shown) : report(shown));
  const written = await writeOutputs(options, settings, shown);
  if (!written) return FAILED;
  if (stopped && !held) return INTERRUPTED;
  return succeeded(shown) && (!options.hold || shown.served === shown.connections) ? WELL : FAILED;
}

function headline(options: Options, { shares }: Plan): string {
  const { target, connections, requests, duration, hold, rate, findMax, http, pipeline, think } = options;
  const where = target.map(({ text }) => text).join(', ');
  const what = hold ? 'held after one PING' : `${commandOf(options)}${http ? ' over HTTP' : ''}`;
  const how = hold
    ? duration === undefined
      ? 'until Ctrl-C'
      : `for ${time(duration * 1000)}`
    : findMax !== undefined
      ? `looking for the highest rate with ${findMax.text}`
      : rate !== undefined
        ? `open loop, ${count(rate)}/s for ${time((duration ?? DURATION) * 1000)}`
        : `closed loop, ${requests === undefined ? `for ${time((duration ?? DURATION) * 1000)}` : many(requests, 'request each', 'requests each')}`;
  const more = [
    pipeline > 1 ? `${pipeline} at a time` : '',
    think > 0 ? `${time(think * 1000)} of thinking` : '',
  ].filter((word) => word !== '');
  return [
    `${where}: ${many(connections, 'connection')}`,
    many(shares.length, 'process', 'processes'),
    what,
    how,
    ...more,
  ].join(', ');
}

/** Why nobody was connected. */
function nobody({ target }: Options, { errors }: Result): string {
  const where = target.map(({ text }) => text).join(', ');
  const [first = 'nobody answers'] = errors.keys();
  if (first.includes('ECONNREFUSED')) return `${where} refuses the connection; does a server listen there?`;
  if (first.includes('ENOENT')) return `${where} does not exist; does a server listen there?`;
  return `${where}: ${first}`;
}

function holding({ held, connecting, connections, served, seconds, partial, errors }: Result): string {
  const rate = connecting.seconds === 0 ? '' : `, ${count(connecting.connected / connecting.seconds)}/s`;
  const wrong = [...errors].map(([what, times]) => `${what} ${count(times)}×`).join(', ') || 'none';
  return [
    ...(partial === undefined ? [] : [`PARTIAL RESULT: ${partial}\n`]),
    `connected     ${count(connecting.connected)} of ${count(connections)} in ${time(connecting.seconds * 1e6)}${rate}`,
    `proved        ${count(served)} by a PING`,
    `held          ${count(held)} for ${seconds.toFixed(2)} s`,
    `errors        ${wrong}`,
  ].join('\n');
}

/** Tells how far it is. */
function tell(run: Run, { connections, requests, duration, hold, findMax }: Options) {
  let began: number | undefined;
  let before = { at: performance.now(), requests: 0, rate: 0 };
  const telling = new Telling(() => {
    const { progress } = run;
    const now = performance.now();
    if (now - before.at >= 500 || progress.requests < before.requests) {
      const rate = Math.max(0, (progress.requests - before.requests) / ((now - before.at) / 1000));
      before = { at: now, requests: progress.requests, rate };
    }
    const going = began !== undefined || requests !== undefined;
    const length = duration ?? DURATION;
    const share =
      requests !== undefined
        ? progress.requests / (requests * connections)
        : began === undefined
          ? progress.connected / connections
          : hold || findMax !== undefined
            ? undefined
            : Math.min(1, (now - began) / length);
    const text =
      hold && began !== undefined
        ? `${count(progress.connected)} held`
        : progressText(progress, connections, going, before.rate);
    return { share, text };
  }, duration);
  return {
    connected: (): void => {
      began = performance.now();
    },
    say: (line: string): void => telling.say(line),
    stop: (): void => telling.stop(),
  };
}
