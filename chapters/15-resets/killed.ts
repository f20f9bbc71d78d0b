/** Who writes on to a peer that is gone: four children, of which SIGPIPE kills two. */

import { once } from 'node:events';
import { startChild } from '../../lib/program/launch.ts';
import { toolCommand } from '../../lib/program/tool.ts';

toolCommand('killed', 'show what a write to a peer that is gone does with SIGPIPE ignored, and without').parse();

const CHILDREN = [
  ['closed', 'ignored', 'The peer has closed, and SIGPIPE is ignored, as Node has it when it starts'],
  ['closed', 'default', 'The peer has closed, and SIGPIPE has its default back'],
  ['reset', 'default', 'The peer has reset, and SIGPIPE has its default back'],
  ['closed', 'nosignal', 'The peer has closed, SIGPIPE has its default, and each write is a send with MSG_NOSIGNAL'],
] as const;

console.log('A child writes three times to a peer that is gone.');
for (const [ending, how, title] of CHILDREN) {
  console.log(`\n${title}:`);
  // #region child
  const child = startChild(new URL('./writer.ts', import.meta.url), [ending, how], []);
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  console.log(signal === null ? `  it ended by itself, with status ${status}` : `  it was killed, by ${signal}`);
  // #endregion child
}
