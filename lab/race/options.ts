/** The command line of `lab race`. */

import { InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { file, positiveSpan } from '../load/options.ts';
import { scenarios } from './scenarios.ts';

/** What was said; spans are in milliseconds. */
export interface Options {
  readonly racers: readonly string[];
  readonly connections: readonly number[];
  readonly scenario: readonly string[];
  readonly rounds: number;
  readonly duration: number;
  readonly baseline: boolean;
  readonly json?: string;
}

/** Nothing else is said. */
const WHOLE = { connections: [1, 100, 1000, 10_000], rounds: 3, duration: 2000 };
/** With --quick. */
const QUICK = { connections: [1, 100], rounds: 1, duration: 500 };
/** A server may have so many connections. */
const MOST = 100_000;
const NAMES = scenarios.map(({ name }) => name);

/** Reads the command line; a mistake ends the process with one line and status 2. */
export function readOptions(name: string, words: readonly string[]): Options {
  const command = toolCommand(name, 'Measure chapters under the same loads, one after the other, from outside.')
    .argument(
      '[chapters...]',
      'numbers or names, with options of their own in quotes: 09 "10 --workers 4" (default: all)',
    )
    .option('--connections <list>', 'with how many they are asked for PING (default: 1,100,1000,10000)', sizes)
    .addOption(
      new Option('--scenario <list>', `some of ${NAMES.join(',')}`).argParser(names).default(NAMES, 'all of them'),
    )
    .option('--rounds <n>', 'how often everything is measured; medians are shown (default: 3)', wholeNumber(1, 99))
    .option('--duration <time>', 'how long each measurement takes (default: 2s)', positiveSpan('s'))
    .option('--baseline', 'add node:net and, where there is a C compiler, a minimal epoll server in C', false)
    .option('--quick', 'a glance: 1 and 100 connections, one round, half a second each', false)
    .option('--json <file>', 'write all that was measured', file)
    .addHelpText(
      'after',
      `
Scenarios:
${scenarios.map((scenario) => `  ${scenario.name.padEnd(6)} ${scenario.summary}`).join('\n')}

Examples:
  npx ${name} 01 03 09 13 --quick
  npx ${name} 09 14 --baseline --scenario ping,idle
  npx ${name} --baseline --json race.json

Exit status: 0 when everybody was measured, as far as it goes; 1 when a server
died or answered wrongly, or a file could not be written; 2 for a mistake here,
130 after Ctrl-C.`,
    )
    .parse(words as string[], { from: 'user' });
  const { quick, json, ...given } = command.opts<Partial<Options> & { quick: boolean }>();
  const defaults = quick ? QUICK : WHOLE;
  return {
    scenario: NAMES,
    baseline: false,
    ...defaults,
    ...given,
    ...(json === undefined ? {} : { json }),
    racers: command.args,
  };
}

function sizes(text: string): number[] {
  const parts = text.split(',').map((part) => wholeNumber(1, MOST)(part.trim()));
  return [...new Set(parts)].sort((a, b) => a - b);
}

function names(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => NAMES.includes(part))) return NAMES.filter((name) => parts.includes(name));
  throw new InvalidArgumentError(`It takes some of ${NAMES.join(', ')}, with commas between them.`);
}
