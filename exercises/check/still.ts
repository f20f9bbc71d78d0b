/** A server that stands still for a moment: what happens meanwhile it finds all at once, and in that order. */

import { ESTABLISHED, ends } from '../../lib/testing/kernel.ts';
import { threads } from '../../lib/testing/proc.ts';
import type { Speaker, Talk } from './talk.ts';

/** Waits until what a client did has come to the server's end: it is connected, so many bytes lie unread, or it is gone. */
export type Lands = (client: Speaker, unread?: number) => Promise<void>;

/**
 * Stops a server while clients do something, so that it finds all of it at once.
 *
 * @param body what they do; it waits for each with what it is given, or their order would be chance
 */
export async function atOnce(talk: Talk, body: (lands: Lands) => Promise<void>): Promise<void> {
  const { server } = talk;
  process.kill(server.pid, 'SIGSTOP');
  try {
    await talk.until(() => threads(server.pid).every(({ state }) => state === 'T'), {
      what: 'a server that stands still',
    });
    talk.note('at', 'once', 'the server stands still, and will find all this in one turn:');
    await body(async (client, unread = 0) => {
      const there = (): boolean => {
        const end = ends(server.port).find(({ peer, state }) => peer === client.port && state === ESTABLISHED);
        return client.socket.destroyed ? end === undefined : end !== undefined && end.unread >= unread;
      };
      await talk.until(there, { what: `what ${client.name} did comes to the server` });
    });
    talk.note('it', 'goes on');
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
}
