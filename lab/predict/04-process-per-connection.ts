/** Chapter 04: whom a kill takes along, of processes and of threads. */

import { calm } from '../../exercises/check/silence.ts';
import type { Speaker } from '../../exercises/check/talk.ts';
import { children } from '../../lib/testing/footprint.ts';
import { threadIds } from '../../lib/testing/proc.ts';
import type { Server } from '../../lib/testing/server.ts';
import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

/** Kills who has come with A. @param who the children or threads of a server @returns what each client has of it */
function killed(name: string, interrupted: Promise<never>, who: (server: Server) => number[]): Promise<string[]> {
  return withServer(name, interrupted, async (talk, server) => {
    await calm(server);
    const before = who(server);
    const clients: Speaker[] = [];
    let victim: number | undefined;
    while (clients.length < 3) {
      const client = await talk.client();
      clients.push(client);
      await client.sends('PING\n').gets('PONG\n');
      victim ??= who(server).find((id) => !before.includes(id));
    }
    process.kill(victim!, 'SIGKILL');
    await happens(clients[0]!.getsTheEnd(), talk);
    const has: string[] = [];
    for (const client of clients) {
      const answered = await happens(client.sends('PING\n').gets('PONG\n'), talk);
      has.push(answered ? 'PONG' : client.socket.readableEnded || client.socket.destroyed ? 'ended' : 'nothing');
    }
    return has;
  });
}

export const predictions: readonly Prediction[] = [
  {
    question:
      'Three clients, A, B and C. With kill -9 you kill the child that serves A; and in chapter 03 the thread that serves A, by its number. Whose connections end?',
    choices: [
      { id: 'nobody', text: "nobody's: another child, or thread, takes its place" },
      { id: 'alone', text: "A's alone, in both" },
      { id: 'walls', text: "A's alone where it is a child, everybody's where it is a thread" },
      { id: 'all', text: "everybody's, in both" },
    ],
    read: 'chapters/04-process-per-connection/README.md#run-it-and-break-it',
    experiment: async (interrupted) => {
      const child = await killed('04-process-per-connection', interrupted, children);
      const thread = await killed('03-thread-per-connection', interrupted, ({ pid }) => threadIds(pid));
      const row = (what: string, cells: readonly string[]): string =>
        what.padEnd(12) + cells.map((cell) => cell.padStart(8)).join('');
      return {
        measured:
          child[0] !== 'ended' ? 'nobody' : child[1] === 'ended' ? 'all' : thread[1] === 'ended' ? 'walls' : 'alone',
        seen: [row('killed', ['A', 'B', 'C']), row("A's child", child), row("A's thread", thread)].join('\n'),
      };
    },
  },
];
