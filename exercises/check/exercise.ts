/** How an exercise is checked: one ava test for each answer, in steps of which the first that fails is named. */

import { AssertionError } from 'node:assert';
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Places } from '../../lib/program/places.ts';
import { launchServer, PATIENCE, type Server } from '../../lib/testing/server.ts';
import { Traced } from '../../lib/testing/traced.ts';
import { type Diagnosis, type Exercise, files, makeYours, ROOT, readExercise } from '../exercises.ts';
import { COMMON, hasEnded, hasThrown, whyEnded } from './common.ts';
import { describe, notTested, type Outcome, REPORT, SUBJECTS } from './outcome.ts';
import { SUBJECT } from './subject.ts';
import { Talk } from './talk.ts';
import { Trouble, Wrong } from './trouble.ts';

/** So many answers are checked at once: while one waits, another works. */
const AT_ONCE = 3;

/** What a check works with: one answer, and the server that it runs in. */
export class Check {
  readonly #exercise: Exercise;
  readonly #subject: string;
  readonly #servers: Server[] = [];
  readonly #traced: Traced[] = [];
  readonly #last: (() => void)[] = [];
  /** The steps that went well. */
  readonly passed: string[] = [];
  /** The step at hand. */
  step = 'the server starts';

  constructor(exercise: Exercise, subject: string) {
    this.#exercise = exercise;
    this.#subject = subject;
  }

  /** Starts the exercise's server with the answer in it. It ends with the check. */
  async start(...args: string[]): Promise<Server> {
    const server = await this.#listening(launchServer(files.server(this.#exercise.name), { args, by: this.#by() }));
    this.#servers.push(server);
    return server;
  }

  /** The same, with a trace of its system calls. */
  async trace(...args: string[]): Promise<Traced> {
    const traced = await this.#listening(Traced.launch(files.server(this.#exercise.name), args, this.#by()));
    this.#servers.push(traced.server);
    this.#traced.push(traced);
    return traced;
  }

  #by(): string[] {
    return ['env', `${SUBJECT}=${this.#subject}`];
  }

  async #listening<What>(starting: Promise<What>): Promise<What> {
    try {
      return await starting;
    } catch (error) {
      const [first = '', ...stderr] = (error as Error).message.split('\n');
      const [, how] = /^it ended \((\w+)\)/.exec(first) ?? [];
      if (how === undefined) throw new Wrong('does-not-listen', `no line that says so after ${PATIENCE / 1000} s`);
      const { id, seen } = whyEnded(stderr, how);
      throw new Wrong(id, seen);
    }
  }

  /**
   * Takes a step. Whatever goes wrong in it is the mistake that it names, unless the body throws a Wrong of its own.
   *
   * @param title what shall be so, for people
   * @param id the diagnosis when it is not
   * @param body holds a conversation
   */
  async takes(title: string, server: Server, id: string, body: (talk: Talk) => Promise<void>): Promise<void> {
    this.step = title;
    const talk = new Talk(server);
    try {
      await body(talk);
      if (!talk.over && (await hasEnded(server)) !== undefined) throw new Trouble();
    } catch (error) {
      let how = talk.over ? undefined : await hasEnded(server);
      if (how === undefined && !talk.over && (await hasThrown(server))) how = 'throwing';
      if (how !== undefined) {
        const ended = whyEnded(server.stderr, how);
        throw new Wrong(ended.id, [ended.seen, ...(error instanceof Trouble ? [error.message] : [])].join('\n'));
      }
      throw error instanceof Trouble ? new Wrong(id, error.message) : error;
    } finally {
      talk.close();
    }
    this.passed.push(title);
  }

  /** What the answer has printed itself. */
  get printed(): string[] {
    const own = /listening on .* \(pid \d+\)$|^npx |^\s+at /;
    return this.#servers.flatMap(({ stdout, stderr }) => [...stdout, ...stderr]).filter((line) => !own.test(line));
  }

  /** Has something done at the end. */
  finally(work: () => void): void {
    this.#last.push(work);
  }

  /** Ends whatever it has started. */
  async end(): Promise<void> {
    for (const work of this.#last) work();
    await Promise.all([...this.#traced, ...this.#servers].map((each) => each.kill()));
  }
}

/** The diagnosis with an id. */
function named(exercise: Exercise, id: string): Diagnosis {
  const found = [...exercise.diagnoses, ...COMMON].find((each) => each.id === id);
  if (found === undefined) throw new Error(`${files.readme(exercise.name)} has no diagnosis ${id}`);
  return found;
}

/** Checks one answer. */
async function look(exercise: Exercise, subject: string, body: (check: Check) => Promise<void>): Promise<Outcome> {
  const check = new Check(exercise, subject);
  const outcome = { exercise: exercise.name, subject, passed: check.passed };
  try {
    await body(check);
    return outcome;
  } catch (error) {
    if (!(error instanceof Wrong)) return { ...outcome, broken: `${check.step}: ${(error as Error).stack}` };
    const { id, says, read } = named(exercise, error.id);
    const printed = check.printed.filter((line) => !error.message.includes(line)).slice(-5);
    return { ...outcome, failed: { step: check.step, id, says, read, seen: error.message, printed } };
  } finally {
    await check.end();
  }
}

/** Tells ava of an answer: as an assertion, whose message it prints as it is, and without a stack, for the check is right. */
function tell(t: ExecutionContext, outcome: Outcome): void {
  for (const step of outcome.passed) t.log(step);
  t.pass();
  if (outcome.failed === undefined && outcome.broken === undefined) return;
  const error = new AssertionError({ message: describe(outcome) });
  error.stack = '';
  throw error;
}

/**
 * Checks an exercise: the learner's answer, or those that SUBJECTS names. With REPORT their outcomes are lines of JSON in
 * that file, and ava is content; without, a wrong answer is a test that fails.
 *
 * @param url the check's import.meta.url
 * @param body checks one answer, step by step
 * @param refuses why this machine cannot run the server; undefined where it can. Then nothing is checked, and that is said
 */
export function exercise(
  url: string,
  body: (check: Check) => Promise<void>,
  refuses: () => string | undefined = () => undefined,
): void {
  const [, name = ''] = relative(ROOT, fileURLToPath(url)).split('/');
  const about = readExercise(name);
  const report = process.env[REPORT];
  const given = (process.env[SUBJECTS] ?? '').split(',').filter((path) => path.split('/')[1] === name);
  if (given.length === 0) makeYours(name);
  const subjects = given.length > 0 ? given : [files.yours(name)];
  const why = refuses();
  if (why !== undefined) {
    for (const subject of subjects) {
      const outcome: Outcome = { exercise: name, subject, passed: [], refused: why };
      if (report !== undefined) appendFileSync(report, `${JSON.stringify(outcome)}\n`);
    }
    test.skip(notTested(name, why), () => {});
    console.error(notTested(name, why));
    return;
  }
  const places = new Places(AT_ONCE);
  let turn = Promise.resolve();
  for (const subject of subjects) {
    test(subject, async (t) => {
      t.timeout(600_000);
      turn = turn.then(() => places.take());
      await turn;
      const outcome = await look(about, subject, body).finally(() => places.leave());
      if (report === undefined) tell(t, outcome);
      else {
        appendFileSync(report, `${JSON.stringify(outcome)}\n`);
        t.pass();
      }
    });
  }
}
