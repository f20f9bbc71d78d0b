/** Buffers come back to the kernel, each once, and in time: seen in who is answered, with whose bytes, and in how many calls. */

import { refused } from '../../lib/sys/ring.ts';
import { ends } from '../../lib/testing/kernel.ts';
import { threads } from '../../lib/testing/proc.ts';
import { exercise } from '../check/exercise.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Trouble, Wrong } from '../check/trouble.ts';

const BUFFERS = 8;
/** So many send something at the same moment. */
const CROWD = 20;

exercise(
  import.meta.url,
  async (check) => {
    const traced = await check.trace('--buffers', `${BUFFERS}`);
    const { server } = traced;

    /** What is wrong, with what the server tells of its buffers, where it does. @param id by what the kernel was told of */
    const explained = (error: unknown, id: (given: number, told: number) => string): unknown => {
      const line = server.stdout.findLast((each) => each.startsWith('no buffer'));
      if (!(error instanceof Trouble) || line === undefined) return error;
      const [, given, told] = /(\d+) given back, kernel told of (\d+)/.exec(line) ?? [];
      return new Wrong(id(Number(given), Number(told)), `${error.message}\nthe server tells: ${line}`);
    };

    /** Has the server find all at once what some clients have sent: each is answered with its own bytes. */
    const atOnce = async (talk: Talk, clients: readonly Speaker[]): Promise<void> => {
      talk.note('we', 'stop', `the server, while ${clients.length} clients send a line each`);
      process.kill(server.pid, 'SIGSTOP');
      try {
        const stopped = (): boolean => threads(server.pid).every(({ state }) => state === 'T');
        await talk.until(stopped, { what: 'a server that stands still' });
        for (const client of clients) client.sends(`ECHO ${client.name} is here\n`);
        const sent = (): boolean => ends(server.port).filter(({ unread }) => unread > 0).length === clients.length;
        await talk.until(sent, { what: 'lines that lie there' });
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      for (const client of clients) await client.gets(`${client.name} is here\n`);
    };
    const crowd = async (talk: Talk): Promise<Speaker[]> => {
      const clients: Speaker[] = [];
      for (let i = 0; i < CROWD; i++) clients.push(await talk.client());
      for (const client of clients) await client.sends('PING\n').gets('PONG\n');
      return clients;
    };

    await check.takes('more requests are answered than there are buffers', server, 'never-back', async (talk) => {
      const a = await talk.client();
      try {
        for (let i = 0; i < 2 * BUFFERS + 4; i++) await a.sends('PING\n').gets('PONG\n');
      } catch (error) {
        throw explained(error, (given, told) => (given > 0 && told === 0 ? 'not-told' : 'never-back'));
      }
    });

    await check.takes('more clients are heard than there are buffers', server, 'holds', async (talk) => {
      try {
        for (let i = 0; i <= BUFFERS; i++) await (await talk.client()).sends('PING\n').gets('PONG\n');
      } catch (error) {
        throw explained(error, () => 'holds');
      }
    });

    await check.takes('of those who send at once, each has its own answer', server, 'lent-twice', async (talk) => {
      await atOnce(talk, await crowd(talk));
    });

    await check.takes('all buffers of a turn come back, and not one', server, 'one-a-turn', async (talk) => {
      const clients = await crowd(talk);
      traced.forget();
      await atOnce(talk, clients);
      const turns = traced.calls('io_uring_enter').length;
      if (turns > CROWD / 2) {
        talk.trouble(`${CROWD} requests at once took the loop ${turns} turns; with ${BUFFERS} buffers, five will do`);
      }
    });
  },
  refused,
);
