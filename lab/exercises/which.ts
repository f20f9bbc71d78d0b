/** Which exercise is meant: by its name, by a part of it, or by what was done last. */

import { exerciseNames } from '../../exercises/exercises.ts';
import { Mistake } from './command.ts';
import { readState, type State } from './state.ts';

/** The first exercise that is not done; nothing when all are. */
export function firstOpen({ exercises }: State): string | undefined {
  return exerciseNames().find((name) => exercises[name]?.passed === undefined);
}

/**
 * The exercise that a word names: `01-lines`, `lines`, `01-l`, or `01` where no other has that number. Without a word it
 * is the one that was checked last, or else the first that is not done, or else the first.
 *
 * @throws Mistake
 */
export function which(word: string | undefined): string {
  const names = exerciseNames();
  if (word === undefined) {
    const state = readState();
    const { current } = state;
    if (current !== undefined && names.includes(current)) return current;
    return firstOpen(state) ?? names[0]!;
  }
  const clean = word.replace(/^(\.\/)?exercises\//, '').replace(/\/.*$/, '');
  const exact = names.find((name) => name === clean || name.slice(3) === clean);
  if (exact !== undefined) return exact;
  const found = names.filter((name) => clean !== '' && name.startsWith(clean));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw new Mistake(`${word} may be ${found.join(' or ')}`);
  throw new Mistake(`no exercise ${word}; there is ${names.join(', ')}`);
}
