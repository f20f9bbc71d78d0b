/** Chapter 08: who hears of a client that goes away in the middle of a WAIT. */

import { calm } from '../../exercises/check/silence.ts';
import { descriptors, target } from '../../lib/testing/proc.ts';
import { withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

/** How many sockets a chapter's server holds when its only client has gone, with a reset, during a WAIT. */
function sockets(name: string, interrupted: Promise<never>): Promise<readonly [before: number, after: number]> {
  return withServer(name, interrupted, async (talk, server) => {
    const count = (): number => descriptors(server.pid).filter((fd) => /^socket:/.test(target(server.pid, fd))).length;
    const before = count();
    const a = await talk.client();
    await a.sends('PING\nWAIT 600000\n').gets('PONG\n');
    a.leaves();
    await calm(server);
    return [before, count()];
  });
}

export const predictions: readonly Prediction[] = [
  {
    question:
      'A client asks for a WAIT of ten minutes, and goes away at once, with a reset. Which server still holds its socket: that of select, or that of poll?',
    choices: [
      { id: 'neither', text: 'neither' },
      { id: 'select', text: 'select' },
      { id: 'poll', text: 'poll' },
      { id: 'both', text: 'both' },
    ],
    read: 'chapters/08-poll/README.md#told-without-being-asked',
    experiment: async (interrupted) => {
      const select = await sockets('02-select', interrupted);
      const poll = await sockets('08-poll', interrupted);
      const holds = [select, poll].map(([before, after]) => after > before);
      const measured = holds[0] ? (holds[1] ? 'both' : 'select') : holds[1] ? 'poll' : 'neither';
      const row = (name: string, [before, after]: readonly [number, number]): string =>
        `${name.padEnd(8)}${`${before}`.padStart(8)}${`${after}`.padStart(8)}`;
      return {
        measured,
        seen: ['sockets   before   after', row('select', select), row('poll', poll)].join('\n'),
      };
    },
  },
];
