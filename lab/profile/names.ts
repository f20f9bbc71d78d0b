/** What the frames of a profile are called: from places in compiled code back to names and lines of the sources. */

import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kind, Place } from './frames.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** V8's own names for what is no function. */
const WORDS: Readonly<Record<string, string>> = {
  '(program)': 'native code that V8 has no name for',
  '(garbage collector)': 'garbage collection',
  '(idle)': 'idle: Node waits for its loop',
};

/** The sources of what ran. */
export class Sources {
  readonly #maps = new Map<string, SourceMap | undefined>();
  readonly #texts = new Map<string, readonly string[]>();

  /** Takes a module's source map. @param map a data: URL, or where it is, or '' */
  add(url: string, map: string): void {
    if (this.#maps.has(url)) return;
    const [, base64] = /^data:application\/json[^,]*;base64,(.*)$/.exec(map) ?? [];
    const payload = base64 === undefined ? undefined : JSON.parse(Buffer.from(base64, 'base64').toString());
    this.#maps.set(url, payload === undefined ? undefined : new SourceMap(payload));
  }

  /**
   * A function, by where it stands in what V8 has compiled.
   *
   * @param line of its beginning, from 0, as is the column
   */
  place(name: string, url: string, line: number, column: number): Place {
    if (url === '') return { name: WORDS[name] ?? (name || '(anonymous)'), at: '', kind: 'node' };
    if (url.startsWith('node:')) return { name: name || '(anonymous)', at: url, kind: 'node' };
    const script = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (name === '' && line <= 0 && column <= 0) return moduleOf(script);
    const { originalSource, originalLine, originalColumn } = (this.#maps.get(url)?.findEntry(line, column) ??
      {}) as Partial<{ originalSource: string; originalLine: number; originalColumn: number }>;
    const path = originalSource === undefined ? script : sourceOf(originalSource, script);
    const [atLine, atColumn] = [originalLine ?? line, originalColumn ?? column];
    const file = relative(ROOT, path);
    const call = name === '' ? this.#call(path, atLine, atColumn) : undefined;
    return { name: call ?? (name || '(anonymous)'), at: `${file}:${atLine + 1}`, kind: kindOf(file, call) };
  }

  /** The system call that an arrow function makes which is handed to traced(), in lib/sys. */
  #call(path: string, line: number, column: number): string | undefined {
    if (!path.startsWith(`${ROOT}lib/sys/`)) return undefined;
    const before = [...this.#lines(path).slice(Math.max(0, line - 3), line), this.#lines(path)[line]?.slice(0, column)];
    return /\btraced\(\s*'(\w+)',\s*$/.exec(before.join('\n'))?.[1];
  }

  #lines(path: string): readonly string[] {
    let lines = this.#texts.get(path);
    if (lines === undefined) {
      lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
      this.#texts.set(path, lines);
    }
    return lines;
  }
}

/** tsx's maps name a source by its path or from beside the script, esbuild's for bundles from the repository's root. */
function sourceOf(source: string, script: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  const beside = resolve(dirname(script), source);
  return existsSync(beside) ? beside : resolve(ROOT, source);
}

/** The code of a module outside of its functions; that of a bundle is called by what it was made of. */
function moduleOf(script: string): Place {
  const name = sourceName(script);
  const at = relative(ROOT, script);
  const bundled = name !== basename(script);
  return { name, at: bundled ? '' : `${at}:1`, kind: bundled ? 'program' : kindOf(at, undefined) };
}

/** The name of a program's source, by that of what lib/program/bundle.ts has made of it: `child.ts`. */
export function sourceName(path: string): string {
  return basename(path).replace(/-[0-9a-f]{12}\.mjs$/, '.ts');
}

function kindOf(file: string, call: string | undefined): Kind {
  if (call !== undefined) return 'call';
  if (file.includes('node_modules/') || file.startsWith('..')) return 'node';
  return file.startsWith('lib/') ? 'lib' : 'program';
}
