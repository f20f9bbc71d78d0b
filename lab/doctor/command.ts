/** `lab doctor`: from a look at this machine to what each chapter can do on it. */

import { toolCommand } from '../../lib/program/tool.ts';
import { readDemands } from './demands.ts';
import { gather } from './facts.ts';
import { report } from './report.ts';
import { verdicts } from './verdicts.ts';

const NAME = 'lab doctor';

/** Runs the command. @returns the exit status */
export async function doctor(words: readonly string[]): Promise<number> {
  const { json } = toolCommand(NAME, 'Say what this machine can do for each chapter, and what to change.')
    .option('--json', 'say it as JSON: what was found, and a verdict for each chapter', false)
    .addHelpText(
      'after',
      `
Exit status: 0 when every chapter runs here, be it within limits, 1 when one
does not, 2 for a mistake here.`,
    )
    .parse([...words], { from: 'user' })
    .opts<{ json: boolean }>();
  const facts = await gather();
  const chapters = verdicts(facts, readDemands());
  // JSON has no Infinity: null there, for a limit that is none.
  console.log(json ? JSON.stringify({ facts, chapters }, undefined, 2) : [...report(facts, chapters)].join('\n'));
  return chapters.some(({ state }) => state === 'not here') ? 1 : 0;
}
