/** `lab solve` and `lab reset`: put something else in the place of the learner's answer, and keep that. */

import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { files, ROOT } from '../../exercises/exercises.ts';
import { carryOut, labCommand, WELL } from './command.ts';
import { FOLDER } from './state.ts';
import { which } from './which.ts';

/** Keeps a copy of the learner's answer. @returns where, from the root; nothing when there is nothing of theirs in it */
function keep(name: string): string | undefined {
  const yours = join(ROOT, files.yours(name));
  if (!existsSync(yours)) return undefined;
  const same = (other: string): boolean => readFileSync(yours).equals(readFileSync(join(ROOT, other)));
  if (same(files.starter(name)) || same(files.solution(name))) return undefined;
  const folder = `${FOLDER}/kept/${name}`;
  mkdirSync(join(ROOT, folder), { recursive: true });
  let copy = 1;
  while (existsSync(join(ROOT, `${folder}/${copy}.ts`))) copy++;
  copyFileSync(yours, join(ROOT, `${folder}/${copy}.ts`));
  return `${folder}/${copy}.ts`;
}

function replace(name: string, by: string): void {
  const kept = keep(name);
  copyFileSync(join(ROOT, by), join(ROOT, files.yours(name)));
  if (kept !== undefined) console.log(`Your answer is kept in ${kept}`);
  console.log(`${files.yours(name)} is ${by} now`);
}

/** Runs one of the two. */
function run(
  command: string,
  summary: string,
  by: (name: string) => string,
  words: readonly string[],
): Promise<number> {
  const program = labCommand(command, summary)
    .argument('<exercise>', 'it must be named, for your answer is replaced')
    .parse(words, { from: 'user' });
  return carryOut(command, () => {
    const name = which(program.args[0]!);
    replace(name, by(name));
    return WELL;
  });
}

/** Runs `lab solve`. @returns the exit status */
export function solve(words: readonly string[]): Promise<number> {
  return run('solve', 'take the solution; a copy of your answer is kept', files.solution, words);
}

/** Runs `lab reset`. @returns the exit status */
export function reset(words: readonly string[]): Promise<number> {
  return run('reset', 'begin an exercise anew; a copy of your answer is kept', files.starter, words);
}
