/** Runs the checks of exercises, which are ava's, and hears what came of each answer. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, REPORT, SUBJECTS } from '../../exercises/check/outcome.ts';
import { files, ROOT } from '../../exercises/exercises.ts';
import { mortal } from '../../lib/program/mortal.ts';
import { Interrupted } from '../interrupt.ts';

const AVA = join(ROOT, 'node_modules/ava/entrypoints/cli.mjs');
/** So much of what ava says last is kept, in characters. */
const MOST = 100_000;
/** So often somebody looks whether another outcome is there, in milliseconds. */
const LOOK = 100;

/**
 * Checks answers, those of two exercises at a time.
 *
 * @param subjects by exercise: paths from the root of the repository
 * @param told is called with each outcome, as soon as there is one
 * @param signal ends it
 * @throws Interrupted; Error when ava itself fails, with what it said
 */
export async function run(
  subjects: ReadonlyMap<string, readonly string[]>,
  told: (outcome: Outcome) => void,
  signal?: AbortSignal,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'lab-check-'));
  const report = join(directory, 'outcomes.jsonl');
  const checks = [...subjects.keys()].map((name) => files.check(name));
  const all = [...subjects.values()].flat();
  const [command, ...words] = mortal([process.execPath, AVA, ...checks]);
  const child = spawn(command!, words, {
    cwd: ROOT,
    env: { ...process.env, [SUBJECTS]: all.join(), [REPORT]: report, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  signal?.addEventListener('abort', interrupt);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-MOST);
    });
  }
  let heard = 0;
  const hear = (): void => {
    if (!existsSync(report)) return;
    const lines = readFileSync(report, 'utf8').split('\n').slice(0, -1); // what has no end is being written
    for (const line of lines.slice(heard)) told(JSON.parse(line) as Outcome);
    heard = lines.length;
  };
  const looking = setInterval(hear, LOOK);
  try {
    await once(child, 'close');
    hear();
    if (interrupted) throw new Interrupted();
    if (heard < all.length) throw new Error(`ava ended before the checks did:\n${said.trim()}`);
  } finally {
    clearInterval(looking);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    signal?.removeEventListener('abort', interrupt);
    rmSync(directory, { recursive: true, force: true });
  }
}
