/** What a thread of chapter 03 costs, and how many of them this machine bears: found out in a process that may die of it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Crowd } from './crowd.ts';
import { machine, markdown, median, save } from './table.ts';

const PROGRAM = fileURLToPath(new URL('./crowd.ts', import.meta.url));
/** So many are started one after another to see what each costs … */
const FEW = 40;
/** … and so many at most, four at a time, to see what ends it. */
const MANY = 20_000;
/** Unless they need more of the memory that is free now, which others may want too. */
const SHARE = 0.75;
const MAPPINGS = Number(readFileSync('/proc/sys/vm/max_map_count', 'latin1'));

/** How threads are started, in the words of node:worker_threads. */
const ways: Record<string, object> = {
  'as it comes': {},
  'with small limits': {
    maxYoungGenerationSizeMb: 1,
    maxOldGenerationSizeMb: 16,
    codeRangeSizeMb: 1,
    stackSizeMb: 1,
  },
};

/** A crowd from its first thread on, and what ended it. */
interface Run {
  readonly lines: Crowd[];
  readonly end: string;
}

async function run(limits: object, ...words: string[]): Promise<Run> {
  const args = ['--import', 'tsx', PROGRAM, '--limits', JSON.stringify(limits), ...words];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const closed = once(child, 'close');
  const lines: Crowd[] = [];
  let end = '';
  for await (const line of createInterface({ input: child.stdout! })) {
    const told = JSON.parse(line) as Crowd | { failed: string };
    if ('failed' in told) end = told.failed;
    else lines.push(told);
    if (lines.length % 50 === 0) console.error(`${lines.at(-1)?.threads} threads`);
  }
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  if (signal !== null) {
    const fatal = /^(?:FATAL ERROR|# Fatal).*$/m.exec(complaints.join(''))?.[0];
    const why = fatal?.split(/: | - /).at(-1); // the last words say what, those before where in V8
    end = `${signal}, ${why ?? 'without a word'}`;
  }
  return { lines, end };
}

const whole = (value: number): string => value.toLocaleString('en');
const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const each = (lines: readonly Crowd[], value: (crowd: Crowd) => number): number =>
  median(lines.slice(1).map((crowd, i) => value(crowd) - value(lines[i]!)));
const middle = (lines: readonly Crowd[], value: (crowd: Crowd) => number): number => median(lines.slice(1).map(value));

const columns: string[][] = [];
for (const limits of Object.values(ways)) {
  const { lines } = await run(limits, '--threads', `${FEW}`);
  const bound = Math.max(1, Math.floor((SHARE * freemem()) / 2 ** 30));
  const many = await run(limits, '--threads', `${MANY}`, '--at-once', '4', '--gibibytes', `${bound}`);
  columns.push([
    `${Math.round(middle(lines, ({ start }) => start))} ms`,
    `${Math.round(each(lines, ({ processor }) => processor))} ms`,
    mebibytes(each(lines, ({ resident }) => resident)),
    mebibytes(each(lines, ({ virtual }) => virtual)),
    `${each(lines, ({ mappings }) => mappings)}`,
    `${each(lines, ({ descriptors }) => descriptors) - 1}`, // one is the client's end
    middle(lines, ({ switches }) => switches[0]).toFixed(0),
    middle(lines, ({ switches }) => switches[1]).toFixed(0),
    middle(lines, ({ later }) => later[0]).toFixed(2),
    middle(lines, ({ later }) => later[1]).toFixed(2),
    whole(many.lines.at(-1)?.threads ?? 0),
    many.end,
    `${whole(many.lines.at(-1)?.mappings ?? 0)} of ${whole(MAPPINGS)}`,
    gibibytes(many.lines.at(-1)?.resident ?? 0),
  ]);
}

const rows = [
  'from its start to its first answer',
  'processor time of that',
  'resident memory (RSS) that it adds',
  'virtual memory that it adds',
  'mappings of memory that it adds',
  'descriptors, with its connection',
  'until its first answer it went to sleep (voluntary context switches)',
  'and had to give up its processor (involuntary)',
  'voluntary for each later `PING`',
  'involuntary for each later `PING`',
  'threads that served when it ended',
  'what ended it',
  'mappings then, of those that it may have (`vm.max_map_count`)',
  'resident memory then',
];
save(
  'threads',
  markdown([
    ['a thread', ...Object.keys(ways)],
    ...rows.map((row, i) => [row, ...columns.map((column) => column[i]!)]),
  ]),
  `${machine}; medians of ${FEW - 1} threads by \`npx tsx lab/bench/threads.ts\``,
);
