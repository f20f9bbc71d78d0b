/** Which system calls the chapters make: read from the sources, declaration by declaration, down to the C library. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { transformSync } from 'esbuild';

/** A chapter, as a table shows it. */
export interface Caller {
  /** The folder's name: `09-epoll`. */
  name: string;
  title: string;
}

/** A call, and who makes it. */
export interface Call {
  /** Its name in the C library, or the kernel's where the C library has no function: `io_uring_enter`. */
  name: string;
  /** The section of the manual: 2, or 3 for what the C library makes of several. */
  section: number;
  /** The chapters of which a program names it, in their order. */
  named: Caller[];
  /** The chapters that only reach it through what they import. */
  beneath: Caller[];
}

/** The calls that one file binds. */
export interface CallFamily {
  /** `lib/sys/epoll.ts` */
  file: string;
  /** What the file says of itself. */
  opening: string;
  calls: Call[];
}

/** A top-level declaration: the names that stand in it, and the C library's functions that it declares. */
interface Declaration {
  readonly names: ReadonlySet<string>;
  readonly binds: readonly string[];
}

/** A source file, taken apart. */
interface Source {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** What is imported under which name: `{ file: 'lib/sys/io.ts', name: 'read' }`; a whole module has the name `*`. */
  readonly imports: ReadonlyMap<string, { file: string; name: string }>;
}

const START = /^(?:export )?(?:default )?(?:async )?(?:const|let|var|function\*?|class) ([\w$]+)/;

/** The C library's `syscall` says by a constant which call it is. */
const NUMBERED = /\bSYS_(\w+)/g;

/**
 * Takes a source file apart.
 * @param file its path from the repository's root
 * @param source TypeScript; types and comments are taken away, so that only what runs is looked at
 */
export function takeSource(file: string, source: string): Source {
  const { code } = transformSync(source, { loader: 'ts', legalComments: 'none', target: 'esnext' });
  const declarations = new Map<string, Declaration>();
  const imports = new Map<string, { file: string; name: string }>();
  // What esbuild prints begins each statement in the first column, and closes it there.
  for (const statement of code.split(/\n(?=[^\s})\]])/)) {
    const from = /^(?:import|export) ([\s\S]*?) from "(\.[^"]+)"/.exec(statement);
    if (from !== null) {
      const [, what = '', path = ''] = from;
      const target = posix.join(posix.dirname(file), path);
      const whole = /\* as (\w+)/.exec(what);
      if (whole !== null) imports.set(whole[1]!, { file: target, name: '*' });
      for (const [, name = '', as = name] of (/\{([\s\S]*)\}/.exec(what)?.[1] ?? '').matchAll(/(\w+)(?: as (\w+))?/g)) {
        imports.set(as, { file: target, name });
      }
      continue;
    }
    const name = START.exec(statement)?.[1] ?? `statement ${declarations.size}`;
    const binds = [...statement.matchAll(/\blibc\("(\w+)"/g)].map((match) => match[1]!);
    const bare = statement.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
    declarations.set(name, { names: new Set(bare.match(/[\w$]+(?:\.[\w$]+)?|[\w$]+/g) ?? []), binds });
  }
  return { declarations, imports };
}

/** Follows names from declaration to declaration. */
class Sources {
  readonly #root: string;
  readonly #known = new Map<string, Source | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  read(file: string): Source | undefined {
    if (!this.#known.has(file)) {
      const path = join(this.#root, file);
      const found = file.endsWith('.ts') && existsSync(path);
      this.#known.set(file, found ? takeSource(file, readFileSync(path, 'utf8')) : undefined);
    }
    return this.#known.get(file);
  }

  /**
   * The calls that are reached from a file's declarations.
   * @param own which files count as the program's own: what these name in lib/sys is named, the rest is beneath
   * @param starts the declarations to begin with; all of the file's where there are none
   */
  reach(file: string, own: (file: string) => boolean): Map<string, { file: string; named: boolean }> {
    const calls = new Map<string, { file: string; named: boolean }>();
    const seen = new Map<string, boolean>();
    const follow = (from: string, name: string, named: boolean): void => {
      const key = `${from} ${name}`;
      if (seen.get(key) || (seen.has(key) && !named)) return;
      seen.set(key, named);
      const source = this.read(from);
      const declaration = source?.declarations.get(name);
      if (source === undefined || declaration === undefined) {
        const passed = source?.imports.get(name); // an export of what was imported
        if (passed !== undefined && passed.name !== '*') follow(passed.file, passed.name, named);
        return;
      }
      const bound = declaration.binds.filter((bind) => bind !== 'syscall');
      for (const call of bound) calls.set(call, { file: from, named: named || calls.get(call)?.named === true });
      for (const word of declaration.names) {
        const [head = '', member] = word.split('.');
        for (const [, call = ''] of word.matchAll(NUMBERED)) {
          if (from.startsWith('lib/sys/'))
            calls.set(call, { file: from, named: named || calls.get(call)?.named === true });
        }
        if (source.declarations.has(head) && head !== name) follow(from, head, named);
        const imported = source.imports.get(head);
        if (imported === undefined) continue;
        const target = imported.name === '*' ? member : imported.name;
        // What the program's own files name in lib/sys stays named within it; anything on the way through lib does not.
        const stays = own(from) ? own(imported.file) || imported.file.startsWith('lib/sys/') : named;
        if (target !== undefined) follow(imported.file, target, stays);
      }
    };
    for (const name of this.read(file)?.declarations.keys() ?? []) follow(file, name, true);
    return calls;
  }
}

/** The TypeScript files of a folder that are no tests. */
function programs(root: string, folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);
}

/** What a file says of itself: its first comment. */
function openingOf(source: string): string {
  return /^\/\*\*\s+([\s\S]+?)\s*\*\//.exec(source)?.[1]?.replace(/\n \* ?/g, ' ') ?? '';
}

/**
 * Finds every call that lib/sys binds, and the chapters that make it.
 * @param root absolute path of the repository
 * @param chapters in their order
 * @returns by the file that binds them, sorted; files that bind nothing are left out
 */
export function callFamilies(root: string, chapters: readonly Caller[]): CallFamily[] {
  const sources = new Sources(root);
  const calls = new Map<string, Call & { file: string }>();
  for (const file of programs(root, 'lib/sys')) {
    for (const [name, { file: bound }] of sources.reach(file, () => true)) {
      if (calls.has(name)) continue;
      const manual = new RegExp(`(?<!\\w)${name}\\(([23])\\)`).exec(readFileSync(join(root, bound), 'utf8'));
      calls.set(name, { name, file: bound, section: Number(manual?.[1] ?? 2), named: [], beneath: [] });
    }
  }
  for (const { name: folder, title } of chapters) {
    const own = `chapters/${folder}`;
    const made = new Map<string, boolean>();
    for (const file of programs(root, own)) {
      for (const [name, { named }] of sources.reach(file, (other) => other.startsWith(`${own}/`))) {
        made.set(name, named || made.get(name) === true);
      }
    }
    for (const [name, named] of made) calls.get(name)?.[named ? 'named' : 'beneath'].push({ name: folder, title });
  }
  const files = [...new Set([...calls.values()].map(({ file }) => file))].sort();
  return files.map((file) => ({
    file,
    opening: openingOf(readFileSync(join(root, file), 'utf8')),
    calls: [...calls.values()]
      .filter((call) => call.file === file)
      .map(({ file: _, ...call }) => call)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}
