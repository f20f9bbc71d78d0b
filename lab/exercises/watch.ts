/** `lab watch`: checks the exercise at hand whenever its file is saved, and goes on to the next when it is told to. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { files, makeYours, ROOT } from '../../exercises/exercises.ts';
import { look, nextAfter, report } from './check.ts';
import { carryOut, INTERRUPTED, labCommand, WELL } from './command.ts';
import { nextHint } from './hint.ts';
import { colourful, paint } from './paint.ts';
import { readState } from './state.ts';
import { which } from './which.ts';

/** So often the file is looked at, in milliseconds: polling works where events of files do not arrive, as on shared folders. */
const LOOK = 200;

/** Keys as they come: from a terminal at once, from elsewhere after the end of a line, which is ignored. */
class Keys {
  readonly #keys: string[] = [];
  readonly #over = new AbortController();
  /** Aborted when somebody wants no more, even in the middle of a check. Its reason is the exit status. */
  readonly over = this.#over.signal;
  readonly #interrupt = (): void => this.#over.abort(INTERRUPTED);

  constructor() {
    const { stdin } = process;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    stdin.on('error', () => {});
    process.on('SIGINT', this.#interrupt).on('SIGTERM', this.#interrupt);
  }

  /** In raw mode Ctrl-C and Ctrl-D are keys like others. */
  #hear(text: string): void {
    for (const key of text.replace(/[\r\n]/g, '')) {
      if (key === '\x03') this.#interrupt();
      else if (key === 'q' || key === '\x04') this.#over.abort(WELL);
      else this.#keys.push(key);
    }
  }

  take(): string | undefined {
    return this.#keys.shift();
  }

  close(): void {
    const { stdin } = process;
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    stdin.unref?.();
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#interrupt);
  }
}

/** What a file is like now: another text when it was saved. */
function stamp(name: string): string {
  const stat = statSync(join(ROOT, files.yours(name)), { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}

const HELP = 'n next exercise · h hint · c check again · q quit';

async function watch(first: string): Promise<number> {
  const keys = new Keys();
  let name = first;
  let seen: string | undefined;
  try {
    for (;;) {
      makeYours(name);
      const now = stamp(name);
      if (now !== seen && now !== '') {
        seen = now;
        if (colourful) process.stdout.write('\x1b[2J\x1b[H');
        console.log(`${paint('dim', `checking ${files.yours(name)} …`)}\n`);
        const outcome = await look(name, keys.over);
        console.log(`${report(outcome, nextAfter(readState(), name))}\n\n${paint('dim', HELP)}`);
      }
      for (let key = keys.take(); key !== undefined; key = keys.take()) {
        if (key === 'c') seen = undefined;
        if (key === 'h') console.log(`\n${nextHint(name) ?? 'Nothing is wrong.'}\n\n${paint('dim', HELP)}`);
        if (key !== 'n') continue;
        const next = nextAfter(readState(), name);
        if (next === undefined) console.log('That was the last one.');
        else [name, seen] = [next, undefined];
      }
      await sleep(LOOK, undefined, { signal: keys.over });
    }
  } catch (error) {
    if (keys.over.aborted) return keys.over.reason as number;
    throw error;
  } finally {
    keys.close();
  }
}

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand('watch', 'check your answer whenever you save it')
    .argument('[exercise]', 'without it, the one at hand')
    .parse(words, { from: 'user' });
  return carryOut('watch', () => watch(which(program.args[0])));
}
