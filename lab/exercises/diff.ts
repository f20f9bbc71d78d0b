/** `lab diff`: the difference between a starter and its solution, or with the learner's answer. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { files, ROOT } from '../../exercises/exercises.ts';
import { carryOut, FAILED, labCommand, WELL } from './command.ts';
import { changedLines, difference, painted } from './difference.ts';
import { which } from './which.ts';

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand('diff', 'show the difference between the starter and the solution')
    .argument('[exercise]', 'without it, the one at hand')
    .option('--yours', 'between your answer and the solution')
    .option('--changes', 'between the starter and your answer')
    .parse(words, { from: 'user' });
  const { yours, changes } = program.opts<{ yours?: true; changes?: true }>();
  if (yours && changes) program.error('error: --yours and --changes exclude each other');
  return carryOut('diff', () => {
    const name = which(program.args[0]);
    const from = yours ? files.yours(name) : files.starter(name);
    const to = changes ? files.yours(name) : files.solution(name);
    if ((yours || changes) && !existsSync(join(ROOT, files.yours(name)))) {
      console.error(`lab diff: there is no ${files.yours(name)} yet: npx lab start ${name} makes it`);
      return FAILED;
    }
    if (changedLines(from, to) === 0) console.log(`${from} and ${to} are the same`);
    else console.log(painted(difference(from, to)).trimEnd());
    return WELL;
  });
}
