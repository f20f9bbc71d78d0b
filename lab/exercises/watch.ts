/** `lab watch`: checks the exercise at hand whenever its file is saved, and goes on to the next when it is told to. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { files, makeYours, ROOT } from '../../exercises/exercises.ts';
import { Interrupted } from '../interrupt.ts';
import { look, nextAfter, report } from './check.ts';
import { carryOut, labCommand, WELL } from './command.ts';
import { nextHint } from './hint.ts';
import { colourful, paint } from './paint.ts';
import { readState } from './state.ts';
import { which } from './which.ts';

/** So often the file is looked at, in milliseconds: polling works where events of files do not arrive, as on shared folders. */
const LOOK = 200;

/** Keys as they come: from a terminal at once, from elsewhere after the end of a line, which is ignored. */
class Keys {
  readonly #keys: string[] = [];

  constructor() {
    const { stdin } = process;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.setEncoding('utf8').on('data', (text: string) => this.#keys.push(...text.replace(/[\r\n]/g, '')));
    stdin.on('error', () => {});
  }

  take(): string | undefined {
    return this.#keys.shift();
  }

  close(): void {
    const { stdin } = process;
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    stdin.unref?.();
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
        const outcome = await look(name);
        console.log(`${report(outcome, nextAfter(readState(), name))}\n\n${paint('dim', HELP)}`);
      }
      for (let key = keys.take(); key !== undefined; key = keys.take()) {
        if (key === 'q' || key === '\x04') return WELL;
        if (key === '\x03') throw new Interrupted();
        if (key === 'c') seen = undefined;
        if (key === 'h') console.log(`\n${nextHint(name) ?? 'Nothing is wrong.'}\n\n${paint('dim', HELP)}`);
        if (key !== 'n') continue;
        const next = nextAfter(readState(), name);
        if (next === undefined) console.log('That was the last one.');
        else [name, seen] = [next, undefined];
      }
      await sleep(LOOK);
    }
  } finally {
    keys.close();
  }
}

/** Runs the command. @returns the exit status */
export function main(words: readonly string[]): Promise<number> {
  const program = labCommand('watch', 'check your answer whenever you save it')
    .argument('[exercise]', 'without it, the one at hand')
    .parse(words, { from: 'user' });
  const interrupt = (): never => process.exit(130);
  return carryOut('watch', async () => {
    const name = which(program.args[0]);
    process.on('SIGINT', interrupt);
    return watch(name);
  });
}
