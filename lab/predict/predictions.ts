/** The predictions that there are, by chapter, and what somebody has made of them. */

import { readdirSync } from 'node:fs';
import { changeState, type Guess, type State } from '../exercises/state.ts';
import type { Prediction } from './prediction.ts';

const HERE = new URL('.', import.meta.url);

/** The chapters that have predictions, as in `09-epoll`. */
export function chapters(): string[] {
  return readdirSync(HERE)
    .filter((file) => /^\d\d-.*\.ts$/.test(file))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

/** The predictions of a chapter. */
export async function predictionsOf(chapter: string): Promise<readonly Prediction[]> {
  const module = (await import(new URL(`${chapter}.ts`, HERE).href)) as { predictions: readonly Prediction[] };
  return module.predictions;
}

/** The name of a prediction in the state. @param number from 1 on */
export function keyOf(chapter: string, number: number): string {
  return `${chapter}/${number}`;
}

/** Keeps a guess, unless there is one: who has seen the measurement predicts no more. @returns whether it was kept */
export function keepGuess(key: string, guess: Guess): boolean {
  let kept = false;
  changeState((state) => {
    kept = state.predictions[key] === undefined;
    if (kept) state.predictions[key] = guess;
  });
  return kept;
}

/** How many of the predictions were right. */
export function score({ predictions }: State): string {
  const guesses = Object.values(predictions);
  return `${guesses.filter(({ right }) => right).length} of ${guesses.length} predictions were right.`;
}
