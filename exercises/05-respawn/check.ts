/** A pool that keeps its size: whoever is killed is replaced, whoever cannot live is not started without end. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { children } from '../../lib/testing/footprint.ts';
import type { Server } from '../../lib/testing/server.ts';
import { exercise } from '../check/exercise.ts';
import type { Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

/** As in the starter: the least pause before who lived for less is replaced. */
const SHORT_LIFE = 1000;
/** Longer than any pause that a right answer makes here: so long nothing happens before it is said that nothing will. */
const PATIENCE = 10_000;

/** What the server told of a child: when, in milliseconds, in which slot, who, and whether it started or ended. */
interface Event {
  readonly at: number;
  readonly slot: number;
  readonly pid: number;
  readonly what: 'starts' | 'ended';
}

function events({ stdout }: Server): Event[] {
  return stdout.flatMap((line) => {
    const [, at, slot, pid, what] = /^([\d.]+) s {2}slot (\d+): child (\d+) (starts|ended)/.exec(line) ?? [];
    if (what === undefined) return [];
    return [{ at: Number(at) * 1000, slot: Number(slot), pid: Number(pid), what: what as Event['what'] }];
  });
}

/** Shows what the server told of its children, from some line on. */
function story(talk: Talk, { stdout }: Server, from = 0): void {
  for (const line of stdout.filter((each) => /^[\d.]+ s {2}slot/.test(each)).slice(from))
    talk.note('the server', 'says', line);
}

exercise(import.meta.url, async (check) => {
  const directory = mkdtempSync(join(tmpdir(), 'respawn-'));
  const broken = join(directory, 'broken');
  check.finally(() => rmSync(directory, { recursive: true, force: true }));
  const server = await check.start('--children', '3', '--broken', broken);

  /** Kills who has a slot now. @returns its pid */
  const kill = async (talk: Talk, slot: number): Promise<number> => {
    const last = (): Event | undefined => events(server).findLast((event) => event.slot === slot);
    await talk.until(() => last()?.what === 'starts', { what: `a child in slot ${slot}`, still: PATIENCE });
    const { pid } = last()!;
    talk.note('we', 'kill', `child ${pid}, in slot ${slot}`);
    process.kill(pid, 'SIGKILL');
    return pid;
  };
  /** Waits until there are three again, without who was killed. */
  const whole = (talk: Talk, killed: number): Promise<void> => {
    const three = (all: number[]): boolean => all.length === 3 && !all.includes(killed);
    return talk.until(() => three(children(server)), {
      what: 'three children again',
      instead: () => `${children(server).length} children are left`,
      still: PATIENCE,
    });
  };
  /** Three clients are served at once, each by a child of its own. */
  const serves = async (talk: Talk): Promise<void> => {
    for (const client of [await talk.client(), await talk.client(), await talk.client()]) {
      await client.sends('PING\n').gets('PONG\n');
    }
  };

  await check.takes('three children serve three clients at once', server, 'too-few', serves);

  await check.takes('a child that is killed is replaced', server, 'not-replaced', async (talk) => {
    await whole(talk, await kill(talk, 1));
  });

  await check.takes('whoever replaces it has its slot', server, 'wrong-slot', async (talk) => {
    const starts = (): number => events(server).filter(({ what }) => what === 'starts').length;
    await talk.until(() => starts() >= 4, { what: 'four children that have started', still: PATIENCE });
    story(talk, server);
    const slots = events(server).flatMap(({ slot, what }) => (what === 'starts' ? [slot] : []));
    if (`${slots}` !== '0,1,2,1') talk.trouble(`expected: children that start in the slots 0, 1, 2, and again 1`);
    await serves(talk);
  });

  await check.takes('and is replaced in its turn', server, 'only-once', async (talk) => {
    await whole(talk, await kill(talk, 1));
    await serves(talk);
  });

  await check.takes('who cannot live is not started again at once', server, 'crash-loop', async (talk) => {
    const from = events(server).length;
    writeFileSync(broken, '');
    talk.note('we', 'see to it', 'that a child that starts ends at once');
    await kill(talk, 0);
    const ends = (): Event[] =>
      events(server)
        .slice(from)
        .filter(({ what }) => what === 'ended');
    await talk.until(() => ends().length >= 4, {
      what: 'more children that end at once',
      instead: () => `${ends().length} have ended`,
      still: PATIENCE,
    });
    const told = events(server).slice(from);
    for (const [i, { pid, at, what }] of told.entries()) {
      const began = told.find((event) => event.pid === pid && event.what === 'starts')?.at;
      const next = told[i + 1];
      if (what === 'starts' || began === undefined || next === undefined) continue;
      const [life, pause] = [at - began, next.at - at];
      // The pool sees a longer life than these lines do: to start a child takes time, too.
      if (life >= 0.8 * SHORT_LIFE || pause > 0.9 * SHORT_LIFE) continue;
      story(talk, server, from);
      talk.trouble(`child ${pid} lived for ${life.toFixed()} ms, and was replaced ${pause.toFixed()} ms later`);
    }
  });

  await check.takes('meanwhile who lived long is replaced at once', server, 'blocks', async (talk) => {
    for (let attempt = 1; ; attempt++) {
      const from = events(server).length;
      const told = (): string => {
        const those = events(server)
          .slice(from)
          .map(({ slot, what }) => `${slot} ${what}`);
        return those.join(', ');
      };
      rmSync(broken, { force: true });
      for (let told = -1; told !== events(server).length; ) {
        await talk.until(() => children(server).length === 3, { what: 'three children', still: PATIENCE });
        told = events(server).length;
        await new Promise((resolve) => setTimeout(resolve, 1.2 * SHORT_LIFE)); // they have lived long then
      }
      writeFileSync(broken, '');
      await kill(talk, 0);
      const crashed = (): boolean => /0 starts, 0 ended$/.test(told());
      await talk.until(crashed, { what: 'a child in slot 0 that ends at once', still: PATIENCE });
      const then = events(server).length;
      await kill(talk, 1);
      const order = (): string =>
        events(server)
          .slice(then)
          .map(({ slot, what }) => `${slot} ${what}`)
          .join(', ');
      await talk.until(() => /0 starts/.test(order()) && /1 starts/.test(order()), {
        what: 'children that start in both slots',
        still: PATIENCE,
      });
      if (/1 ended, 1 starts.*0 starts/.test(order())) return;
      // On a busy machine the pause may have been over before the other was killed, or there was none: who takes a second
      // only to start has lived for as long.
      const [began, ended] = events(server)
        .slice(from, then)
        .filter(({ slot }) => slot === 0)
        .slice(-2) as [Event, Event];
      if (attempt < 3 || ended.at - began.at >= SHORT_LIFE) continue;
      story(talk, server, then);
      if (/^1 ended.*0 starts.*1 starts/.test(order())) {
        throw new Wrong('always-pauses', talk.text('the child in slot 1 had lived long: nothing was to be waited for'));
      }
      talk.trouble(
        'the child in slot 1 was killed during the pause of slot 0, and nobody noticed before that was over',
      );
    }
  });

  await check.takes('at the end nobody is replaced', server, 'goes-on', async (talk) => {
    if (existsSync(broken)) rmSync(broken);
    await talk.ends('SIGINT', PATIENCE);
  });
});
