/** The command line of `lab profile`. */

import { InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { file } from '../load/options.ts';
import { span } from '../load/units.ts';
import { findTarget, NoSuchServer, type Target } from './target.ts';

/** What was said; spans are in milliseconds. */
export interface Options {
  readonly target: Target;
  /** The server's own words. */
  readonly words: readonly string[];
  readonly connections: number;
  readonly command: string;
  readonly http: boolean;
  readonly duration: number;
  readonly perf: boolean;
  readonly out: string;
}

/** Reads the command line; a mistake ends the process with one line and status 2. @param name as in `lab profile` */
export function readOptions(name: string, words: readonly string[]): Options {
  const command = toolCommand(name, 'Run a chapter under load, and draw where its time goes: a flame graph.')
    .usage('<chapter> [options] [-- options of the chapter]')
    .argument('<chapter>', '9, 09-epoll, or the path of a program that says where it listens')
    .argument('[words...]', "the chapter's own options")
    .option('--connections <n>', 'how many ask', wholeNumber(1, 100_000), 10)
    .option('--command <what>', 'what they ask, as for lab load: PING, "BURN 300", "9 PING, 1 BURN 300"', 'PING')
    .option('--http', 'ask over HTTP', false)
    .addOption(new Option('--duration <time>', 'how long to look: 500ms, 10s').argParser(duration).default(3000, '3s'))
    .option('--perf', "look with Linux's perf instead of V8's own profiler: only what ran, and the kernel too", false)
    .option('--out <file>', 'where the page goes (default: CHAPTER-profile.html)', file)
    .addHelpText(
      'after',
      `
Examples:
  npx ${name} 09
  npx ${name} 09 --perf --connections 1000 -- --mode edge
  npx ${name} 11 --command "BURN 300" -- --burners 10

Exit status: 0 when there is a page of the whole, 1 when not, 2 for a mistake
here, 130 after Ctrl-C.`,
    );
  // Node's own -- is taken for an end of options, and what follows it belongs to the chapter.
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  command.parse([...own], { from: 'user' });
  const [chapter = '', stray] = command.args;
  if (stray !== undefined) command.error(`error: '${stray}' is one word too many; the chapter's options follow --`);
  const options = command.opts<Omit<Options, 'target' | 'words' | 'out'> & { out?: string }>();
  try {
    const target = findTarget(chapter);
    const out = options.out ?? `${target.name.replaceAll('/', '-')}-profile.html`;
    return { ...options, target, words: end < 0 ? [] : words.slice(end + 1), out };
  } catch (error) {
    if (!(error instanceof NoSuchServer)) throw error;
    return command.error(`error: ${error.message}`);
  }
}

function duration(text: string): number {
  const milliseconds = span('s')(text);
  if (milliseconds >= 10 && milliseconds <= 600_000) return milliseconds;
  throw new InvalidArgumentError('It takes a span of time from 10ms to 10m.');
}
