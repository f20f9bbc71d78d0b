/** What can be told of an exercise by reading it: how long its files are, and whether its diagnoses fit them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Diagnosis,
  expectedDiagnosis,
  files,
  ROOT,
  readExercise,
  wrongAnswers,
} from '../../exercises/exercises.ts';
import { addedLines, changedLines } from './difference.ts';
import { findParagraph } from './paragraph.ts';

/** A starter has so many lines. */
const SHORTEST = 10;
const LONGEST = 60;
/** A solution differs from its starter by so many lines at most. */
const BUDGET = 60;
/** So many wrong answers each exercise has at least. */
const LEAST = 3;

/** What is wrong with the lengths of its files, and their number. */
function sizes(name: string): string[] {
  const problems: string[] = [];
  const starter = readFileSync(join(ROOT, files.starter(name)), 'utf8')
    .trimEnd()
    .split('\n').length;
  if (starter < SHORTEST || starter > LONGEST) {
    problems.push(`${files.starter(name)} has ${starter} lines; there shall be ${SHORTEST} to ${LONGEST}`);
  }
  const lines = changedLines(files.starter(name), files.solution(name));
  if (lines > BUDGET) {
    problems.push(`${files.solution(name)} differs from the starter by ${lines} lines; ${BUDGET} are allowed`);
  }
  const wrong = wrongAnswers(name).length;
  if (wrong < LEAST) problems.push(`${wrong} wrong answers; there shall be ${LEAST} at least`);
  return problems;
}

/** What is wrong with the diagnoses that the wrong answers name. */
function named(name: string, ids: readonly string[]): string[] {
  const wrong = wrongAnswers(name);
  const expected = wrong.map(expectedDiagnosis);
  const problems = ids.filter((id) => !expected.includes(id)).map((id) => `no wrong answer has the diagnosis ${id}`);
  for (const [i, id] of expected.entries()) {
    if (id === undefined) problems.push(`${wrong[i]} names no @diagnosis`);
    else if (!ids.includes(id)) problems.push(`${wrong[i]} has a diagnosis that is not in the text, ${id}`);
    else if (expected.indexOf(id) !== i) problems.push(`${wrong[i]} has the diagnosis of another, ${id}`);
  }
  return problems;
}

/** What is wrong with what a diagnosis points to. */
function points({ id, read, hunk }: Diagnosis, added: readonly string[]): string[] {
  const problems: string[] = [];
  const problem = read.includes('#') ? findParagraph(read) : `${read} names no heading`;
  if (problem !== undefined) problems.push(`diagnosis ${id}: ${problem}`);
  if (hunk !== undefined && !added.some((line) => line.includes(hunk))) {
    problems.push(`diagnosis ${id}: no line that the solution adds has "${hunk}"`);
  }
  return problems;
}

/** What is wrong with an exercise, as far as that can be read: a line each. */
export function written(name: string): string[] {
  const { diagnoses, chapter } = readExercise(name);
  const text = findParagraph(`chapters/${chapter}/README.md`);
  const added = addedLines(files.starter(name), files.solution(name));
  return [
    ...sizes(name),
    ...(text === undefined ? [] : [`chapter: ${text}`]),
    ...named(
      name,
      diagnoses.map(({ id }) => id),
    ),
    ...diagnoses.flatMap((diagnosis) => points(diagnosis, added)),
  ];
}
