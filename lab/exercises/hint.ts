/** `lab hint`: a ladder of hints for the mistake that the last check has found. */

import { COMMON } from '../../exercises/check/common.ts';
import { folded, indented, wrap } from '../../exercises/check/outcome.ts';
import { type Diagnosis, files, readExercise } from '../../exercises/exercises.ts';
import { carryOut, FAILED, labCommand, WELL } from './command.ts';
import { hunk, painted } from './difference.ts';
import { paint } from './paint.ts';
import { readParagraph } from './paragraph.ts';
import { changeState, progressOf, readState } from './state.ts';
import { which } from './which.ts';

/** What the text says where a mistake leads to; a text that shows nothing but code leaves that to the diagnosis. */
function concept(says: string, read: string): string {
  const paragraphs = readParagraph(read);
  return (paragraphs.length > 0 ? paragraphs : [says]).map((text) => wrap(text, '  ')).join('\n\n');
}

/** The rungs of the ladder: each says more than the one before. */
export const RUNGS: readonly ((name: string, diagnosis: Diagnosis) => string)[] = [
  (_, { nudge }) => wrap(nudge, '  '),
  (_, { says, read }) => `${concept(says, read)}\n\n  Read  ${read}`,
  (_, { sketch }) => indented(sketch.trimEnd().split('\n').map(folded).join('\n'), '    '),
  (name, diagnosis) => {
    const part = hunk(files.starter(name), files.solution(name), diagnosis.hunk);
    return `  A part of the difference to the solution:\n\n${indented(painted(part ?? ''), '    ')}`;
  },
];
const NAMES = ['a nudge', 'the concept', 'a sketch', 'a part of the solution'];

/** The next hint, and what is left after it; undefined where no check has failed. */
export function nextHint(name: string): string | undefined {
  const { diagnosis: id, hints = 0 } = readState().exercises[name] ?? {};
  const { diagnoses } = readExercise(name);
  const own = diagnoses.find((each) => each.id === id);
  const diagnosis = own ?? COMMON.find((each) => each.id === id);
  if (diagnosis === undefined) return undefined;
  const rungs = own === undefined ? RUNGS.length - 1 : RUNGS.length; // no part of the solution mends a typing error
  const rung = Math.min(hints, rungs - 1);
  changeState((state) => {
    progressOf(state, name).hints = rung + 1;
  });
  const head = paint('bold', `${name} · ${diagnosis.id}: ${NAMES[rung]} (${rung + 1} of ${rungs})`);
  const foot =
    rung + 1 < rungs
      ? `  More: npx lab hint ${name}`
      : wrap(`That is all. npx lab diff ${name} shows the solution, npx lab solve ${name} takes it.`, '  ');
  return `${head}\n\n${RUNGS[rung]!(name, diagnosis)}\n\n${foot}`;
}

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand('hint', 'give a hint for what the last check has found, and a larger one each time')
    .argument('[exercise]', 'without it, the one at hand')
    .parse(words, { from: 'user' });
  return carryOut('hint', () => {
    const name = which(program.args[0]);
    const hint = nextHint(name);
    if (hint !== undefined) {
      console.log(hint);
      return WELL;
    }
    const done = readState().exercises[name]?.passed !== undefined;
    console.error(
      done
        ? `lab hint: ${name} is done`
        : `lab hint: no check has failed yet: npx lab check ${name} says what is wrong`,
    );
    return FAILED;
  });
}
