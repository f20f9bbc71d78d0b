/** What the commands of the exercise runner have in common: an exercise for a word, and a status for an error. */

import type { Command } from 'commander';
import { toolCommand } from '../../lib/program/tool.ts';
import { Interrupted } from '../interrupt.ts';

/** Something on the command line that cannot be meant. Its message is one line. */
export class Mistake extends Error {}

/** The exit statuses. */
export const WELL = 0;
export const FAILED = 1;
const MISTAKEN = 2;
export const INTERRUPTED = 130;

/** A command line. @param name as in `check` */
export function labCommand(name: string, summary: string): Command {
  return toolCommand(`lab ${name}`, summary);
}

/** Carries a command out. What stands in its way is one line and a status. @returns the exit status */
export async function carryOut(name: string, work: () => number | Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    const { message } = error as Error;
    console.error(`lab ${name}: ${message}`);
    return error instanceof Mistake ? MISTAKEN : FAILED;
  }
}
