/** A learner for tests: a copy of the workshop in which nobody has done anything yet, and commands that are typed there. */

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { applyPatch } from 'diff';
import { ROOT } from '../../exercises/exercises.ts';
import { type Outcome, outcome } from '../../lib/sys/fixtures/resources.ts';

/** What the exercises need. */
const PARTS = [
  'README.md',
  'chapters',
  'exercises',
  'lab',
  'lib',
  'site',
  'solutions',
  'package.json',
  'ava.config.js',
];
/** What is not in a fresh clone. */
const OWN = /\/(node_modules|\.vitepress|yours\.ts|[^/]*trace\.jsonl)$/;

/** Somebody at a terminal of 80 columns. Call leave() in the end. */
export class Learner {
  readonly root = mkdtempSync(join(tmpdir(), 'learner-'));
  /** All that was printed until now, without colour. */
  printed = '';
  readonly #groups = new Set<number>();

  constructor() {
    for (const part of PARTS) {
      cpSync(join(ROOT, part), join(this.root, part), { recursive: true, filter: (path) => !OWN.test(path) });
    }
    // A folder of its own for what is compiled there, and packages by link.
    const modules = join(this.root, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name === '.cache') continue;
      symlinkSync(name === 'lab' ? '../lab' : join(ROOT, 'node_modules', name), join(modules, name));
    }
  }

  /** Types `npx lab` and some words, where there is no terminal. */
  async lab(...words: string[]): Promise<Outcome> {
    const [command, ...rest] = this.#command(words);
    const done = await outcome(this.#start(command!, rest, 'ignore'));
    this.printed += done.stdout + done.stderr;
    return done;
  }

  /** The same on a terminal of 80 columns. Its process writes to stdout what the terminal shows. */
  terminal(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const quoted = this.#command(words)
      .map((word) => `'${word}'`)
      .join(' ');
    const line = `stty cols 80 rows 40; exec ${quoted}`;
    return this.#start('script', ['-qec', line, '/dev/null'], 'pipe', env);
  }

  /** The same without one, to be told by a pipe and signals. */
  process(...words: string[]): ChildProcess {
    const [command, ...rest] = this.#command(words);
    return this.#start(command!, rest, 'pipe');
  }

  /** What stands in one of the files. */
  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Edits a file as somebody did in lab/exercises/session. @throws Error when the patch does not fit */
  patch(path: string, name: string): void {
    const patched = applyPatch(
      this.read(path),
      readFileSync(new URL(`session/${name}.patch`, import.meta.url), 'utf8'),
    );
    if (patched === false) throw new Error(`${name}.patch does not fit ${path} any more`);
    this.write(path, patched);
  }

  leave(): void {
    for (const group of this.#groups) {
      try {
        process.kill(-group, 'SIGKILL');
      } catch {} // nobody left
    }
    rmSync(this.root, { recursive: true, force: true });
  }

  #command(words: readonly string[]): string[] {
    const loader = pathToFileURL(join(this.root, 'lib/testing/typescript.mjs')).href;
    return [process.execPath, '--import', loader, 'lab/lab.ts', ...words];
  }

  #start(command: string, words: readonly string[], stdin: 'pipe' | 'ignore', more = {}): ChildProcess {
    // Nothing else of who runs the tests: CI, say, or NODE_DISABLE_COLORS would take the terminal's colours.
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(command, words, {
      cwd: this.root,
      env: { PATH, HOME, TMPDIR, TERM: 'xterm', ...more },
      stdio: [stdin, 'pipe', 'pipe'],
      detached: true,
    });
    this.#groups.add(child.pid!);
    child.once('exit', () => this.#groups.delete(child.pid!));
    return child;
  }
}

/** What a terminal has shown, line by line and without colour. */
export function lines(text: string): string[] {
  return stripVTControlCharacters(text).replaceAll('\r', '').split('\n');
}
