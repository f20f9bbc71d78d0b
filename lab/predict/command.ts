/** `lab predict`: asks a chapter's question, makes the experiment, and shows the guess beside what was measured. */

import { indented, wrap } from '../../exercises/check/outcome.ts';
import { wholeNumber } from '../../lib/program/program.ts';
import { carryOut, labCommand, Mistake, WELL } from '../exercises/command.ts';
import { paint } from '../exercises/paint.ts';
import { readState } from '../exercises/state.ts';
import { Interrupted, Interruption } from '../interrupt.ts';
import { ask } from './ask.ts';
import { inWords, isRight, letter, type Prediction, parseGuess } from './prediction.ts';
import { chapters, keepGuess, keyOf, predictionsOf, score } from './predictions.ts';

/** The chapter that a word names: `09-epoll`, `epoll`, `09` or `9`. @throws Mistake */
function chapterOf(word: string): string {
  const clean = word.replace(/^(\.\/)?chapters\//, '').replace(/\/.*$/, '');
  const found = chapters().find((name) =>
    [name, name.slice(3), name.slice(0, 2), `${Number(name.slice(0, 2))}`].includes(clean),
  );
  if (found === undefined) throw new Mistake(`no predictions for ${word}; npx lab predict lists them`);
  return found;
}

/** The question that is meant: the one that is named, or the first without a guess, or the first. Numbers are from 1 on. */
function numberOf(chapter: string, predictions: readonly Prediction[], named: number | undefined): number {
  if (named !== undefined) {
    if (named <= predictions.length) return named;
    throw new Mistake(
      `${chapter} has ${predictions.length === 1 ? 'one question' : `${predictions.length} questions`}`,
    );
  }
  const state = readState();
  const open = predictions.findIndex((_, index) => state.predictions[keyOf(chapter, index + 1)] === undefined);
  return Math.max(0, open) + 1;
}

/** All predictions in a line each, and the score. */
async function list(): Promise<string> {
  const state = readState();
  const lines: string[] = [];
  for (const chapter of chapters()) {
    for (const [index] of (await predictionsOf(chapter)).entries()) {
      const guess = state.predictions[keyOf(chapter, index + 1)];
      const how = guess === undefined ? 'open' : guess.right ? 'right' : 'not right';
      lines.push(`${keyOf(chapter, index + 1).padEnd(28)} ${guess?.right ? paint('green', how) : how}`);
    }
  }
  const open = chapters().find((chapter) => state.predictions[keyOf(chapter, 1)] === undefined);
  return [...lines, '', score(state), ...(open === undefined ? [] : [`Predict: npx lab predict ${open}`])].join('\n');
}

/** A question with its answers. */
function shown(key: string, { question, choices }: Prediction): string {
  const answers = (choices ?? []).map(({ text }, index) => `  ${letter(index)}  ${text}`);
  return [paint('bold', key), '', wrap(question, '  '), '', ...answers, ...(answers.length > 0 ? [''] : [])].join('\n');
}

/** Asks, measures, and tells. @param given an answer from the command line */
async function predict(key: string, prediction: Prediction, given: string | undefined): Promise<void> {
  const guess = given ?? (await ask(prediction));
  if (guess === undefined) throw new Interrupted();
  const interruption = new Interruption();
  console.log(paint('dim', '  measuring …'));
  try {
    const { measured, seen } = await prediction.experiment(interruption.promise);
    const right = isRight(prediction, guess, measured);
    const kept = keepGuess(key, { guess, measured, right });
    const verdict = right ? paint('green', 'right') : paint('red', 'not so');
    console.log(`
${indented(seen, '    ')}

  Predicted  ${inWords(prediction, guess)}
  Measured   ${inWords(prediction, measured)}
  ${verdict}${right && guess !== measured ? `: within a factor of ${prediction.within}` : ''}

  Read  ${prediction.read}
${kept ? '' : '  Your first prediction counts, from before it was measured.\n'}
  ${score(readState())}`);
  } finally {
    interruption.end();
  }
}

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand('predict', 'predict what a chapter does, and see it measured')
    .argument('[chapter]', 'as in 09-epoll or 9; without it, what there is, and your score')
    .option('--question <n>', 'which of its questions (default: the first without a prediction)', wholeNumber(1, 99))
    .option('--guess <value>', 'your prediction, a letter or a number, instead of being asked')
    .parse(words, { from: 'user' });
  const { question, guess } = program.opts<{ question?: number; guess?: string }>();
  return carryOut('predict', async () => {
    const [word] = program.args;
    if (word === undefined) {
      if (guess !== undefined || question !== undefined) throw new Mistake('which chapter? npx lab predict 09-epoll');
      console.log(await list());
      return WELL;
    }
    const chapter = chapterOf(word);
    const predictions = await predictionsOf(chapter);
    const number = numberOf(chapter, predictions, question);
    const prediction = predictions[number - 1]!;
    const parsed = guess === undefined ? undefined : parseGuess(prediction, guess);
    console.log(shown(keyOf(chapter, number), prediction));
    if (parsed !== undefined && 'problem' in parsed) throw new Mistake(parsed.problem);
    if (parsed === undefined && !process.stdin.isTTY) {
      throw new Mistake('there is no terminal to ask on: --guess VALUE answers');
    }
    await predict(keyOf(chapter, number), prediction, parsed?.guess);
    return WELL;
  });
}
