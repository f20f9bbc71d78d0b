/** Chapter 18: what the kernel has sent when write has returned. */

import { Connection, type Exchange, ways } from '../../chapters/18-small-writes/exchange.ts';
import { sum } from '../../lib/testing/footprint.ts';
import type { Prediction } from './prediction.ts';

/** In bytes. */
const PIECES = [40, 60];
/** So often the kernel may have acknowledged the first piece before anybody looked. */
const TRIES = 50;

export const predictions: readonly Prediction[] = [
  {
    question: `On a connection on which the server has answered before, a client writes ${PIECES.join(' bytes, and then ')} more. Both writes have returned, and nothing is acknowledged yet. How many of the ${sum(PIECES)} bytes has the client's kernel sent?`,
    read: 'chapters/18-small-writes/README.md#how-it-works',
    experiment: async () => {
      const connection = new Connection();
      let exchange: Exchange;
      let tries = 0;
      try {
        connection.exchange(ways.plain, PIECES); // the kernel takes it for a conversation
        do {
          connection.pace(false);
          exchange = connection.exchange(ways.plain, PIECES);
        } while (exchange.middle.acknowledgements > exchange.before.acknowledgements && ++tries < TRIES);
      } finally {
        connection.close();
      }
      const { before, middle } = exchange;
      const written = sum(PIECES);
      const sent = written - middle.unsent;
      const row = (what: string, count: number): string => `${what.padEnd(20)}${`${count}`.padStart(4)}`;
      return {
        measured: `${sent}`,
        seen: [
          row('bytes written', written),
          row('bytes sent', sent),
          row('segments sent', middle.sent - before.sent),
          row('bytes held back', middle.unsent),
          row('acknowledgements', middle.acknowledgements - before.acknowledgements),
        ].join('\n'),
      };
    },
  },
];
