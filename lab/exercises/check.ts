/** `lab check`: checks the learner's answer, and says what is wrong and what to read. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, indented, notTested, type Outcome, wrap } from '../../exercises/check/outcome.ts';
import { exerciseNames, files, makeYours, ROOT, readExercise, solutions } from '../../exercises/exercises.ts';
import { carryOut, FAILED, labCommand, WELL } from './command.ts';
import { paint } from './paint.ts';
import { run } from './run.ts';
import { changeState, progressOf, type State } from './state.ts';
import { firstOpen, which } from './which.ts';

/** Checks the learner's answer, and remembers what came of it. @throws Interrupted */
export async function look(name: string, signal?: AbortSignal): Promise<Outcome> {
  makeYours(name);
  let heard: Outcome | undefined;
  await run(new Map([[name, [files.yours(name)]]]), (outcome) => (heard = outcome), signal);
  const outcome = heard!;
  changeState((state) => {
    state.current = name;
    const progress = progressOf(state, name);
    if (outcome.failed?.id !== progress.diagnosis) delete progress.hints;
    delete progress.diagnosis;
    if (outcome.failed !== undefined) progress.diagnosis = outcome.failed.id;
    else if (isPassed(outcome)) progress.passed ??= new Date().toISOString().slice(0, 10);
  });
  return outcome;
}

function isPassed({ failed, broken, refused }: Outcome): boolean {
  return failed === undefined && broken === undefined && refused === undefined;
}

/** The exercise after another; nothing after the last. */
export function nextAfter(state: State, name: string): string | undefined {
  const names = exerciseNames();
  const open = names.slice(names.indexOf(name) + 1).find((other) => state.exercises[other]?.passed === undefined);
  return open ?? firstOpen(state);
}

/** What is said of an outcome. @param next the exercise to go on with */
export function report(outcome: Outcome, next: string | undefined): string {
  const { exercise: name, passed, failed, broken, refused } = outcome;
  const lines = [paint('bold', `${name} · ${readExercise(name).title}`), `  ${files.yours(name)}`, ''];
  for (const step of passed) lines.push(`  ${paint('green', 'yes')}  ${step}`);
  if (broken !== undefined) return [...lines, '', describe(outcome)].join('\n');
  if (refused !== undefined) return [...lines, wrap(notTested(name, refused), '  ')].join('\n');
  if (failed === undefined) return [...lines, '', ...after(name, passed.length, next)].join('\n');
  const { step, says, seen, printed, read } = failed;
  lines.push(`  ${paint('red', 'no ')}  ${step}`, '', paint('bold', wrap(says, '  ')), '', indented(seen, '    '));
  if (printed.length > 0) lines.push('', '  The server printed:', '', indented(printed.join('\n'), '    '));
  lines.push('', `  Read  ${read}`, `  Hint  npx lab hint ${name}`);
  return lines.join('\n');
}

/** What is said when all is well. */
function after(name: string, steps: number, next: string | undefined): string[] {
  const [solution, ...others] = solutions(name);
  return [
    paint('green', `  All ${steps} steps are passed: ${name} is done.`),
    '',
    `  Compare   npx lab diff ${name} --yours`,
    `            with ${solution}`,
    ...others.map((path) => `            another way: ${path}`),
    next === undefined ? '  That was the last one.' : `  Go on     npx lab start ${next}`,
  ];
}

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand('check', 'check your answer to an exercise')
    .argument('[exercise]', 'as in 09-wait or wait; without it, the one at hand')
    .parse(words, { from: 'user' });
  return carryOut('check', async () => {
    const name = which(program.args[0]);
    if (!existsSync(join(ROOT, files.yours(name)))) console.log(`${files.yours(name)} is made, from the starter.\n`);
    const outcome = await look(name);
    console.log(
      report(
        outcome,
        nextAfter(
          changeState(() => {}),
          name,
        ),
      ),
    );
    return isPassed(outcome) ? WELL : FAILED;
  });
}
