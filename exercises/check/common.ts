/** Mistakes that any answer can have, whatever its exercise: it does not compile, it throws, its server ends. */

import type { Server } from '../../lib/testing/server.ts';
import type { Diagnosis } from '../exercises.ts';
import { calm } from './silence.ts';

/** The line with which an answer ends that has thrown, in the server or in a child. */
const THROWS = /: throws /;
const READ = 'exercises/README.md#when-something-goes-wrong';

/** By id. Whatever they show names file and line. */
export const COMMON: readonly Diagnosis[] = [
  {
    id: 'does-not-compile',
    says: 'Your file does not compile, so the server could not start.',
    read: READ,
    nudge: 'Look at the line that is named, and at the one before it.',
    sketch: '`npx tsc` names the place too. `npx lab diff` shows what you have changed.',
  },
  {
    id: 'exports-nothing',
    says: 'Your file does not export what the server imports from it.',
    read: READ,
    nudge: 'The name and the word `export` must stay as they were in the starter.',
    sketch: '`npx lab diff` shows what you have changed.',
  },
  {
    id: 'throws',
    says: 'Your code throws, and nobody catches it: the server has ended.',
    read: READ,
    nudge: 'The message names the line. What was not as that line takes it to be?',
    sketch: 'Print what you are not sure of with console.error(): the check shows it.',
  },
  {
    id: 'port-taken',
    says: 'The server cannot listen: another program has its port.',
    read: READ,
    nudge: 'The check starts the server on a free port. Does your code open a listener of its own?',
    sketch: '`ss -ltnp` tells who listens where. End that program, or take the port that you are given.',
  },
  {
    id: 'ended',
    says: 'The server has ended, and nobody had told it to.',
    read: READ,
    nudge: 'Is there a process.exit(), or a loop that comes to its end?',
    sketch: 'Start it by hand, and look: npx tsx exercises/NN-name/server.ts',
  },
  {
    id: 'does-not-listen',
    says: 'The server starts, but never says that it listens.',
    read: READ,
    nudge: 'Does the file do something when it is loaded, that never comes to an end?',
    sketch: 'Start it by hand, and look: npx tsx exercises/NN-name/server.ts',
  },
];

/** What became of a server that has ended although it should not have. @param stderr what it said */
export function whyEnded(stderr: readonly string[], how: string): { id: string; seen: string } {
  const said = stderr.slice(-5).join('\n');
  const patterns: readonly (readonly [RegExp, string])[] = [
    [/: does not compile: /, 'does-not-compile'],
    [/: exports no /, 'exports-nothing'],
    [THROWS, 'throws'],
    [/is already in use|EADDRINUSE/, 'port-taken'],
  ];
  for (const [pattern, id] of patterns) {
    const line = stderr.find((each) => pattern.test(each));
    if (line !== undefined) return { id, seen: line };
  }
  const status = /^\d+$/.test(how) ? `with status ${how}` : `by ${how}`;
  return { id: 'ended', seen: `it ended ${status}${said === '' ? ', and said nothing' : `; it said:\n${said}`}` };
}

/** Whether a server has ended by now, without waiting for it. */
export async function hasEnded(server: Server): Promise<string | undefined> {
  const { exitCode, signalCode } = server.child;
  if (exitCode === null && signalCode === null) return undefined;
  await server.ended; // its output is complete then
  return `${exitCode ?? signalCode}`;
}

/** Whether the answer has thrown in a child, whose end the server may not have heard of yet. */
export async function hasThrown(server: Server): Promise<boolean> {
  await calm(server); // the line is there then
  return server.stderr.some((line) => THROWS.test(line));
}
