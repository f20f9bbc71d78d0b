/** A question to be answered before the experiment is made, and when an answer counts as right. */

/** A possible answer. */
export interface Choice {
  /** What stands in the state, and what the experiment returns. */
  readonly id: string;
  readonly text: string;
}

/** What an experiment has shown. */
export interface Shown {
  /** The id of a choice, or a number. */
  readonly measured: string;
  /** How that was seen: a conversation, or a table; several lines. */
  readonly seen: string;
}

/** A question, and the experiment that answers it. */
export interface Prediction {
  /** For people, without line breaks. */
  readonly question: string;
  /** The answers to choose from; without any, it is a number. */
  readonly choices?: readonly Choice[];
  /** So many times too large or too small a number may be, and still be right; exact where it is not said. */
  readonly within?: number;
  /** The paragraph that says why, from the root of the repository. */
  readonly read: string;
  /**
   * Makes the experiment, with the chapter's own programs.
   *
   * @param interrupted rejects when somebody wants no more
   * @throws Error in one line where this machine cannot make it
   */
  readonly experiment: (interrupted: Promise<never>) => Promise<Shown>;
}

/** A choice as people name it: `a` for the first. */
export function letter(index: number): string {
  return String.fromCharCode(97 + index);
}

/** What was answered, as it is kept, or why that is no answer. */
export function parseGuess({ choices }: Prediction, word: string): { guess: string } | { problem: string } {
  const clean = word.trim().toLowerCase();
  if (choices === undefined) {
    const number = clean.replace(/(?<=\d),(?=\d{3}\b)/g, '');
    if (/^\d+(\.\d+)?$/.test(number)) return { guess: `${Number(number)}` };
    return { problem: `"${word.trim()}" is no number` };
  }
  const at = choices.findIndex(({ id }, index) => clean === id || clean === letter(index));
  if (at >= 0) return { guess: choices[at]!.id };
  return { problem: `"${word.trim()}" is none of ${choices.map((_, index) => letter(index)).join(', ')}` };
}

/** An answer in words: a choice's text, or the number. */
export function inWords({ choices }: Prediction, answer: string): string {
  return choices?.find(({ id }) => id === answer)?.text ?? Number(answer).toLocaleString('en');
}

/** Whether a guess counts as right. */
export function isRight({ choices, within = 1 }: Prediction, guess: string, measured: string): boolean {
  if (choices !== undefined) return guess === measured;
  const [one, other] = [Number(guess), Number(measured)];
  if (one === other) return true;
  return Math.min(one, other) > 0 && Math.max(one, other) / Math.min(one, other) <= within;
}
