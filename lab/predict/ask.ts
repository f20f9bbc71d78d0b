/** Asks for an answer on a terminal, again and again until it is one. */

import { createInterface } from 'node:readline/promises';
import { type Prediction, parseGuess } from './prediction.ts';

/** Asks. @returns the answer as it is kept; nothing when nobody wants to answer: Ctrl-C, Ctrl-D */
export async function ask(prediction: Prediction): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const none = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)));
  try {
    for (;;) {
      const word = await Promise.race([terminal.question('Your prediction: '), none]);
      if (word === undefined) {
        process.stdout.write('\n');
        return undefined;
      }
      const answer = parseGuess(prediction, word);
      if ('guess' in answer) return answer.guess;
      console.log(answer.problem);
    }
  } finally {
    terminal.close();
  }
}
