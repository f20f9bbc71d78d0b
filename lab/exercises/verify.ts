/** `lab verify`: that the checks tell right from wrong, and every wrong answer from the others. */

import { notTested, type Outcome } from '../../exercises/check/outcome.ts';
import { exerciseNames, expectedDiagnosis, files, solutions, wrongAnswers } from '../../exercises/exercises.ts';
import { carryOut, FAILED, labCommand, WELL } from './command.ts';
import { changedLines } from './difference.ts';
import { paint } from './paint.ts';
import { run } from './run.ts';
import { which } from './which.ts';
import { written } from './written.ts';

/** What is wrong with the outcome of one answer; nothing when it is as it shall be. */
function judge({ exercise: name, subject, failed, broken }: Outcome): string | undefined {
  if (broken !== undefined) return `${subject}: the check could not go on: ${broken}`;
  if (solutions(name).includes(subject)) {
    return failed && `${subject} shall pass, and is said to be ${failed.id}, at "${failed.step}":\n${failed.seen}`;
  }
  if (subject === files.starter(name))
    return failed === undefined ? `${subject} passes: nothing is to be done` : undefined;
  const expected = expectedDiagnosis(subject);
  if (failed === undefined) return `${subject} passes, and shall be told: ${expected}`;
  if (failed.id === expected) return undefined;
  return `${subject} shall be told ${expected}, and is told ${failed.id}, at "${failed.step}":\n${failed.seen}`;
}

/** Checks everything that there is of some exercises. @returns whether all is well */
async function verify(names: readonly string[]): Promise<boolean> {
  const subjects = new Map(
    names.map((name) => [name, [files.starter(name), ...solutions(name), ...wrongAnswers(name)]] as const),
  );
  const outcomes = new Map<string, Outcome[]>(names.map((name) => [name, []]));
  let [apart, wrong, well] = [0, 0, true];
  await run(subjects, (outcome) => {
    const { exercise: name } = outcome;
    const those = outcomes.get(name)!;
    those.push(outcome);
    if (those.length < subjects.get(name)!.length) return;
    const why = those.find(({ refused }) => refused !== undefined)?.refused;
    const seen = why === undefined ? those : []; // else nothing was seen of any of them
    const problems = [...written(name), ...seen.flatMap((each) => judge(each) ?? [])];
    const bad = seen.filter(({ subject }) => subject.includes('/wrong/'));
    const right = bad.filter((each) => judge(each) === undefined).length;
    apart += right;
    wrong += bad.length;
    const many = solutions(name).length;
    const changed = changedLines(files.starter(name), files.solution(name));
    const told = `${many} ${many === 1 ? 'solution' : 'solutions'} (${changed} lines), ${right} of ${bad.length} wrong answers`;
    const how = why === undefined ? told : notTested(name, why);
    console.log(`${name.padEnd(18)} ${problems.length === 0 ? how : paint('red', `${how}; not as it shall be:`)}`);
    for (const problem of problems) console.log(problem.replace(/^/gm, '  '));
    if (problems.length > 0) well = false;
  });
  console.log(`${apart} of ${wrong} wrong answers told apart`);
  return well && apart === wrong;
}

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand(
    'verify',
    'see that the checks tell right from wrong, and each wrong answer from the others',
  )
    .argument('[exercise...]', 'those to look at; without any, all')
    .parse(words, { from: 'user' });
  return carryOut('verify', async () => {
    const names = program.args.length > 0 ? [...new Set(program.args.map(which))] : exerciseNames();
    return (await verify(names)) ? WELL : FAILED;
  });
}
