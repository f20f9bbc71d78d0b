/** What came of checking an answer, and how that is said. */

/** The variable that lists the answers to check, separated by commas, from the root of the repository. */
export const SUBJECTS = 'EXERCISE_SUBJECTS';
/** The variable that names the file for the outcomes, as lines of JSON. */
export const REPORT = 'EXERCISE_REPORT';

/** Why an answer is wrong. */
export interface Failed {
  /** The step that failed. */
  readonly step: string;
  /** Which mistake it is: one of the exercise's diagnoses, or of those that all have in common. */
  readonly id: string;
  readonly says: string;
  readonly read: string;
  /** What was seen: a conversation, several lines. */
  readonly seen: string;
  /** What the answer has printed itself, the last lines. */
  readonly printed: readonly string[];
}

/** What came of checking an answer. */
export interface Outcome {
  readonly exercise: string;
  readonly subject: string;
  /** The steps that went well, in their order. */
  readonly passed: readonly string[];
  readonly failed?: Failed;
  /** The check itself could not go on; its error. */
  readonly broken?: string;
  /** Nothing was checked: why this machine cannot run the server. */
  readonly refused?: string;
}

/** What is said, always in the same words, of a check that this machine cannot hold. @param why as refused() says it */
export function notTested(name: string, why: string): string {
  return `NOT TESTED: ${name}, for ${why}`;
}

const WIDTH = 78;

/** Breaks a text into lines of a terminal. */
export function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => indent + each).join('\n');
}

/** Breaks a line of code, or of half code, where it is too wide for a terminal; what follows is put in further. */
export function folded(line: string): string {
  const room = WIDTH - 4;
  if (line.length <= room) return line;
  const at = line.lastIndexOf(' ', room);
  const inset = /^ */.exec(line)![0];
  if (at <= inset.length) return line;
  return `${line.slice(0, at)}\n${folded(`${inset}    ${line.slice(at + 1)}`)}`;
}

/** Puts every line of a text in. */
export function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

/** An outcome that is not right, in words, without colour. */
export function describe({ failed, broken }: Outcome): string {
  if (failed === undefined) return `the check itself could not go on: ${broken}`;
  const { step, id, says, read, seen, printed } = failed;
  return [
    `not so: ${step}`,
    `\n${wrap(says, '  ')}`,
    `\n${indented(seen, '    ')}`,
    ...(printed.length > 0 ? [`\n  the server printed:\n${indented(printed.join('\n'), '    ')}`] : []),
    `\n  diagnosis: ${id}\n  read: ${read}`,
  ].join('\n');
}
