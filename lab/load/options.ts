/** The command line of `lab load`: what can be said, and what cannot be said together. */

import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { type Condition, parseCondition } from './find-max.ts';
import { MOST_PROCESSES } from './limits.ts';
import { STAMP } from './requests.ts';
import { type Target, targets } from './target.ts';
import { span } from './units.ts';

/** Of all connections of a run. */
const MOST_CONNECTIONS = 4_000_000;
/** How long a load takes unless it is said, and the try of a rate, in milliseconds. */
const [DURATION, TRY] = [5000, 2000];

/** What was said; spans are in milliseconds. */
export interface Options {
  readonly target: readonly Target[];
  readonly connections: number;
  readonly requests?: number;
  readonly duration?: number;
  readonly command?: string;
  readonly message?: string;
  readonly http: boolean;
  readonly pipeline: number;
  readonly think: number;
  readonly ramp: number;
  readonly hold: boolean;
  readonly rate?: number;
  readonly findMax?: Condition;
  readonly warmUp: number;
  readonly readRate?: number;
  readonly patience: number;
  readonly processes?: number;
  readonly cpus?: readonly number[];
  readonly csv?: string;
  readonly json?: string;
  readonly html?: string;
}

/** Those that exclude each other, and why. */
const CONFLICTS: readonly (readonly [keyof Options, keyof Options, string])[] = [
  ['requests', 'duration', 'one of them ends it'],
  ['command', 'message', 'a message is sent by ECHO'],
  ['rate', 'findMax', 'it is the rate that is looked for'],
  ['rate', 'requests', 'a rate is kept for some time'],
  ['findMax', 'requests', 'each rate is tried for some time'],
  ['rate', 'think', 'the rate says when to ask'],
  ['findMax', 'think', 'the rate says when to ask'],
  ['hold', 'requests', 'who holds asks once'],
  ['hold', 'rate', 'who holds asks once'],
  ['hold', 'findMax', 'who holds asks once'],
  ['hold', 'command', 'who holds asks for PING'],
  ['hold', 'message', 'who holds asks for PING'],
  ['hold', 'think', 'who holds asks once'],
  ['hold', 'pipeline', 'who holds asks once'],
  ['hold', 'warmUp', 'who holds asks once'],
  ['hold', 'readRate', 'who holds asks once'],
  ['requests', 'warmUp', 'all that are asked for count'],
  ['findMax', 'warmUp', 'the first rates it tries are its warm-up'],
];

/** The command, with its options. @param name as in `lab load` */
function loadCommand(name: string): Command {
  return toolCommand(name, 'Load a server: connect, ask, check every answer, and tell how long they took.')
    .addOption(
      new Option('--target <where>', 'host:port, or the path of a Unix socket; several with commas')
        .argParser(targets)
        .default(targets('127.0.0.1:8090'), '127.0.0.1:8090'),
    )
    .option('--connections <n>', 'how many', wholeNumber(1, MOST_CONNECTIONS), 10)
    .option('--requests <n>', 'how many on each connection', wholeNumber(1, 1_000_000_000))
    .option(
      '--duration <time>',
      'how long instead, from when all are connected: 500ms, 10s, 2m (default: 5s)',
      positiveSpan('s'),
    )
    .option(
      '--command <what>',
      'PING, "BURN 300", "WAIT 10", "STREAM 4096", "ECHO text", or several by weight: "9 PING, 1 BURN 300" (default: PING)',
    )
    .option('--message <text>', `the same as --command "ECHO text"; ${STAMP} in it becomes the time`)
    .option('--http', 'ask over HTTP')
    .option('--pipeline <n>', 'how many requests are under way on each connection', wholeNumber(1, 1024), 1)
    .option('--think <ms>', 'how long to wait after an answer before the next request', span('ms'), 0)
    .option('--ramp <time>', 'spread connecting over so long', span('s'), 0)
    .option('--hold', 'connect, prove each connection by one PING, then hold them, until Ctrl-C or for --duration')
    .option('--rate <n>', 'send so many requests a second, answered or not (open loop)', rate)
    .option(
      '--find-max <condition>',
      'find the highest rate that keeps it: "p99<10ms"; --duration is for each try (default: 2s)',
      condition,
    )
    .addOption(
      new Option('--warm-up <time>', 'ask for so long before it counts; connecting is done by then')
        .argParser(span('s'))
        .default(0, 'not at all'),
    )
    .option(
      '--read-rate <n>',
      'be slow readers: read so many bytes a second from each connection',
      wholeNumber(1, 1_000_000_000),
    )
    .addOption(
      new Option('--patience <time>', 'give up when nobody was answered for so long')
        .argParser(positiveSpan('s'))
        .default(10_000, '10s'),
    )
    .option(
      '--processes <n>',
      'over how many processes to divide it (default: as many as the descriptors take)',
      wholeNumber(1, MOST_PROCESSES),
    )
    .option('--cpus <list>', 'on which processors they run, as for taskset -c: 1 or 0,2-3', cpuList)
    .option('--csv <file>', 'write a row for each connection', file)
    .option('--json <file>', 'write all that was measured', file)
    .option('--html <file>', 'write a page with plots', file)
    .addHelpText(
      'after',
      `
Examples:
  npx ${name} --connections 100 --requests 1000
  npx ${name} --command "9 PING, 1 BURN 3000" --duration 10s --html load.html
  npx ${name} --connections 10000 --hold
  npx ${name} --http --rate 20000 --duration 10s
  npx ${name} --find-max "p99<10ms" --cpus 1

Exit status: 0 when every request was answered rightly, 1 when not, 2 for a
mistake here, 130 after Ctrl-C.`,
    );
}

/** Reads the command line; a mistake ends the process with one line and status 2. */
export function readOptions(name: string, words: readonly string[]): Options {
  const command = loadCommand(name).parse(words as string[], { from: 'user' });
  const given = (option: keyof Options): boolean => command.getOptionValueSource(option) === 'cli';
  const flag = (option: keyof Options): string => command.options.find((one) => one.attributeName() === option)!.long!;
  for (const [one, other, why] of CONFLICTS) {
    if (given(one) && given(other)) command.error(`error: ${flag(one)} does not go with ${flag(other)}: ${why}`);
  }
  const options = { http: false, hold: false, ...command.opts<Partial<Options>>() } as Options;
  const files = [options.csv, options.json, options.html].flatMap((path) => (path === undefined ? [] : resolve(path)));
  const twice = files.find((path, i) => files.indexOf(path) < i && !path.startsWith('/dev/'));
  if (twice !== undefined) command.error(`error: ${twice} cannot be two files at once`);
  if (options.processes !== undefined && options.processes > options.connections) {
    command.error(`error: ${options.processes} processes have no connection each`);
  }
  return options;
}

/** How long the load is, or the try of a rate, in milliseconds. */
export function durationOf({ duration, findMax }: Options): number {
  return duration ?? (findMax === undefined ? DURATION : TRY);
}

/** An option's parser, as span(), that takes no 0. */
export function positiveSpan(unit: 'ms' | 's'): (text: string) => number {
  return (text) => {
    const milliseconds = span(unit)(text);
    if (milliseconds > 0) return milliseconds;
    throw new InvalidArgumentError('It takes a span of time above 0.');
  };
}

function rate(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 1e7) return value;
  throw new InvalidArgumentError('It takes requests a second, up to 10000000.');
}

function condition(text: string): Condition {
  const parsed = parseCondition(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('It takes a percentile, mean or max, and a bound: "p99<10ms".');
}

function cpuList(text: string): number[] {
  const cpus = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim()) ?? [];
    const length = Number(last) - Number(first) + 1;
    return length >= 1 && Number(last) < 1024 ? Array.from({ length }, (_, i) => Number(first) + i) : [Number.NaN];
  });
  if (!cpus.some(Number.isNaN)) return cpus;
  throw new InvalidArgumentError('It takes numbers of processors, such as 1 or 0,2-3.');
}

/** An option's parser that takes the path of a file: a word that looks like another option is none. */
export function file(text: string): string {
  if (text !== '' && !text.startsWith('-')) return text;
  throw new InvalidArgumentError('It takes a file; one whose name begins with - as ./-name.');
}
