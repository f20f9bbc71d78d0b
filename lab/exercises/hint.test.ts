/** Hints: every one that there is fits into a terminal. */

import test from 'ava';
import { COMMON } from '../../exercises/check/common.ts';
import { exerciseNames, readExercise } from '../../exercises/exercises.ts';
import { RUNGS } from './hint.ts';

for (const name of exerciseNames()) {
  test(`the hints of ${name} fit into 80 columns, but for code of the solution`, (t) => {
    const diagnoses = [...readExercise(name).diagnoses, ...COMMON];
    const words = diagnoses.flatMap((diagnosis) => RUNGS.slice(0, -1).map((rung) => rung(name, diagnosis)));
    t.is(words.length, 3 * diagnoses.length);
    t.true(words.every((text) => text.trim() !== ''));
    t.deepEqual(
      words.flatMap((text) => text.split('\n')).filter((line) => line.length > 80 && !line.startsWith('  Read  ')), // an address is not broken
      [],
    );
  });
}
