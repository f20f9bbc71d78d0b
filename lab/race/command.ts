/** `lab race`: from the words on its command line to the tables, and to the exit status. */

import { checkWritable, writeWhole } from '../files.ts';
import { Interrupted, Interruption } from '../interrupt.ts';
import { raiseDescriptorLimit } from '../load/limits.ts';
import { isReason } from '../load/reason.ts';
import { provenance } from '../provenance.ts';
import { Steps } from '../steps.ts';
import { jsonText } from '../table.ts';
import { complete } from './complete.ts';
import { type Options, readOptions } from './options.ts';
import { Course, entryOf } from './race.ts';
import { baselines, chapterNames, findRacer, NoSuchRacer, type Racer } from './racers.ts';
import type { Race } from './results.ts';
import { scenarios } from './scenarios.ts';
import { print } from './table.ts';

const NAME = 'lab race';
/** The exit statuses. */
const [WELL, FAILED, MISTAKE, INTERRUPTED] = [0, 1, 2, 130];
/** Before each measurement, in milliseconds, or half of it where it is short. */
const WARM = 1000;
/** The one that others are compared with, where it takes part. */
const REFERENCE = '09-epoll';

/** Runs the command. @returns the exit status */
export async function race(words: readonly string[]): Promise<number> {
  const options = readOptions(NAME, words);
  try {
    checkWritable(options.json);
    const named = options.racers.length > 0 ? options.racers : chapterNames();
    const chosen = new Map(named.map(findRacer).map((racer) => [racer.name, racer])); // `9 09` is one
    const racers = [...(options.baseline ? baselines() : []), ...chosen.values()];
    raiseDescriptorLimit();
    return await run(options, racers, words);
  } catch (error) {
    if (error instanceof NoSuchRacer) return fail(error.message, MISTAKE);
    if (isReason(error)) return fail(error.message, FAILED);
    throw error;
  }
}

function fail(message: string, status: number): number {
  console.error(`${NAME}: ${message.replace(/\s*\n\s*/g, ' ')}`);
  return status;
}

async function run(options: Options, racers: readonly Racer[], words: readonly string[]): Promise<number> {
  const { connections, rounds, duration, json } = options;
  const interruption = new Interruption();
  const chosen = scenarios.filter(({ name }) => options.scenario.includes(name));
  const origin = provenance(['race', ...words]);
  let failures = 0;
  const course = new Course({
    racers,
    scenarios: chosen,
    sizes: connections,
    rounds,
    warm: Math.min(WARM, duration / 2),
    duration,
    interrupted: interruption.promise,
    begin: (text) => steps.begin(text),
    complain: (line) => {
      failures++;
      steps.clear();
      console.error(`${NAME}: ${line}`);
    },
  });
  const steps = new Steps(course.steps);
  let partial: string | undefined;
  try {
    await course.run();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    partial = 'interrupted';
  } finally {
    steps.stop();
    interruption.end();
  }
  const reference = racers.find(({ name }) => name === REFERENCE) ?? racers[0]!;
  const result = resultOf(course, {
    provenance: origin,
    reference: reference.name,
    options,
    racers,
    ...(partial === undefined ? {} : { partial }),
  });
  console.log(print(result, process.stdout.columns ?? Number.POSITIVE_INFINITY));
  if (json !== undefined) {
    try {
      writeWhole(json, jsonText(result));
      console.error(`${NAME}: ${json} is written${partial === undefined ? '' : ', of a partial result'}`);
    } catch (error) {
      return fail((error as Error).message, FAILED);
    }
  }
  return partial !== undefined ? INTERRUPTED : failures > 0 ? FAILED : WELL;
}

/** All that was measured, in the order of scenarios, loads and racers. */
function resultOf(course: Course, { reference, racers, options, ...rest }: Settings): Race {
  const entries = course.lanes.map(entryOf);
  return {
    format: 1,
    ...rest,
    rounds: options.rounds,
    duration: options.duration,
    reference,
    racers: racers.map(({ name }) => name),
    scenarios: scenarios
      .filter(({ name }) => options.scenario.includes(name))
      .map(({ name, summary }) => ({ name, summary })),
    entries: course.lanes.map((lane, i) => {
      const other = course.lanes.findIndex(({ racer, load }) => racer.name === reference && load === lane.load);
      return complete(entries[i]!, entries[other]);
    }),
  };
}

interface Settings extends Pick<Race, 'provenance' | 'reference'> {
  readonly options: Options;
  readonly racers: readonly Racer[];
  readonly partial?: string;
}
