/** Chapter 15: what a call is told after the peer has ended the connection. */

import { printed, withServer } from './experiment.ts';
import type { Prediction, Shown } from './prediction.ts';

/**
 * Has a client of a server that ends its connection make some calls.
 *
 * @param calls whose results count
 * @returns their results in short: `5-epipe`
 */
async function told(
  interrupted: Promise<never>,
  calls: 'read' | 'write',
  ending: string,
  ...words: readonly string[]
): Promise<Shown> {
  const lines = await withServer(
    '15-resets/reset-server',
    interrupted,
    (_, { port }) => printed('15-resets/client', interrupted, ['--port', `${port}`, ...words]),
    { args: ['--ending', ending] },
  );
  const results = lines.flatMap((line) => new RegExp(`^${calls} +(\\w+)`).exec(line)?.[1] ?? []);
  return { measured: results.join('-').toLowerCase(), seen: lines.join('\n') };
}

export const predictions: readonly Prediction[] = [
  {
    question:
      'The server has closed the connection, in order, and is gone. The client writes to it, and when that has had its effect, writes once more. What do the two writes return?',
    choices: [
      { id: '5-5', text: 'both succeed: the client can still send' },
      { id: '5-epipe', text: 'the first succeeds, the second is told EPIPE' },
      { id: 'econnreset-epipe', text: 'the first is told ECONNRESET, the second EPIPE' },
      { id: 'epipe-epipe', text: 'both are told EPIPE' },
    ],
    read: 'chapters/15-resets/README.md#which-call-is-told',
    experiment: (interrupted) => told(interrupted, 'write', 'close', 'wait', 'read', 'write', 'wait', 'write'),
  },
  {
    question:
      'A client has sent PING. The server calls close, and has not read the PING. What does the next read of the client return?',
    choices: [
      { id: '0', text: '0, the end, as after any close' },
      { id: 'econnreset', text: 'ECONNRESET' },
      { id: 'eagain', text: 'nothing: it sleeps' },
    ],
    read: 'chapters/15-resets/README.md#how-it-works',
    experiment: (interrupted) => told(interrupted, 'read', 'unread', 'write', 'wait', 'read'),
  },
];
