/** A loop hears of a signal whenever it comes: while it sleeps, and directly before, when it has looked already. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tgkill } from '../../lib/sys/signal.ts';
import { exercise } from '../check/exercise.ts';
import { calm } from '../check/silence.ts';
import type { Talk } from '../check/talk.ts';
import { Trouble, Wrong } from '../check/trouble.ts';

exercise(import.meta.url, async (check) => {
  const directory = mkdtempSync(join(tmpdir(), 'race-'));
  check.finally(() => rmSync(directory, { recursive: true, force: true }));
  const window = join(directory, 'window');
  const traced = await check.trace('--window', window);
  const { server } = traced;
  const signal = Number((await server.line(/^kill -(\d+) /))[1]);

  const said = (pattern: RegExp): string[] => server.stdout.filter((line) => pattern.test(line));
  const answers = (): number => said(/^clients: /).length;
  /** Waits until the server has told once more how many clients it has. */
  const isTold = async (talk: Talk, before: number): Promise<void> => {
    const what = 'the number of clients, as the signal asks';
    await talk.until(() => answers() > before, { what, instead: () => 'it is not told' });
    talk.note('the server', 'tells', said(/^clients: /)[before]);
  };

  await check.takes('clients are served', server, 'sleeps-in-read', async (talk) => {
    await (await talk.client()).sends('PING\n').gets('PONG\n');
  });

  await check.takes('a signal is heard of that comes during the sleep', server, 'sleeps-again', async (talk) => {
    await (await talk.client()).sends('PING\n').gets('PONG\n');
    await calm(server);
    const before = answers();
    talk.note('we', 'send', `signal ${signal}, while the server sleeps`);
    tgkill(server.pid, server.pid, signal);
    await isTold(talk, before);
  });

  await check.takes('after that the server sleeps as before', server, 'not-read', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    traced.forget();
    await a.sends('WAIT 200\n').gets('DONE\n');
    const turns = traced.calls('poll', 'ppoll').length;
    if (turns > 20) talk.trouble(`meanwhile the loop has slept ${turns} times; two or three would do`);
  });

  await check.takes('a signal is heard of that comes directly before the sleep', server, 'window', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    await calm(server);
    const before = answers();
    traced.forget();
    talk.note('we', 'see to it', `that signal ${signal} comes directly before the next sleep`);
    writeFileSync(window, '');
    await a.sends('PING\n').gets('PONG\n');
    const come = (): string | undefined => said(/^window: /)[0];
    await talk.until(() => come() !== undefined, {
      what: 'that signal',
      instead: () => 'sleep() shall sleep in poll or ppoll of exercises/16-race/sleep.ts',
    });
    talk.note('the server', 'tells', come());
    if (!come()!.endsWith('without a bound')) throw new Wrong('bounded', talk.text('nobody has asked for a bound'));
    try {
      await isTold(talk, before);
    } catch (error) {
      const masks = traced.calls('pthread_sigmask').length; // more than those at the beginning, which are forgotten
      throw error instanceof Trouble && masks > 0 ? new Wrong('two-steps', error.message) : error;
    }
  });
});
