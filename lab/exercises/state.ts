/** What the lab remembers of a learner, in a small file that git ignores: .lab/state.json. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFields, ROOT } from '../../exercises/exercises.ts';
import { writeWhole } from '../files.ts';

/** The folder for the state, and for copies of the learner's work, from the root of the repository. */
export const FOLDER = '.lab';
const FILE = `${FOLDER}/state.json`;

/** What is known of an exercise. */
export interface Progress {
  /** When its check has passed for the first time, as `2026-11-21`. */
  passed?: string;
  /** The diagnosis that the last check gave. */
  diagnosis?: string;
  /** How many hints were given for it. */
  hints?: number;
}

/** A guess, and what was measured. */
export interface Guess {
  readonly guess: string;
  readonly measured: string;
  readonly right: boolean;
}

/** All that is remembered. */
export interface State {
  /** The exercise that `check`, `hint` and `watch` are about when none is named. */
  current?: string;
  readonly exercises: Record<string, Progress>;
  readonly predictions: Record<string, Guess>;
}

/** Reads the state. @throws Error in one line when the file is not what this module has written */
export function readState(): State {
  const path = join(ROOT, FILE);
  if (!existsSync(path)) return { exercises: {}, predictions: {} };
  try {
    const state: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isFields(state)) throw new Error('it holds no keys and values');
    const { exercises = {}, predictions = {} } = state;
    for (const [name, part] of Object.entries({ exercises, predictions })) {
      const well = isFields(part) && Object.values(part).every(isFields);
      if (!well) throw new Error(`"${name}" is not what the lab has written`);
    }
    return { ...state, exercises, predictions } as State;
  } catch (error) {
    throw new Error(`${FILE} cannot be read (${(error as Error).message}); delete it to begin anew`);
  }
}

/** Changes the state, and writes it: whole, or not at all. */
export function changeState(change: (state: State) => void): State {
  const state = readState();
  change(state);
  const path = join(ROOT, FILE);
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, `${JSON.stringify(state, undefined, 2)}\n`);
  return state;
}

/** What is known of an exercise, to be changed. */
export function progressOf(state: State, name: string): Progress {
  state.exercises[name] ??= {};
  return state.exercises[name];
}
