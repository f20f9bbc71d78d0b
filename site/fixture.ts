/** Workshops for the tests, under the system's temporary folder: a tiny one, two chapters with their recordings, an exercise and a library file around a copy of this site; and a copy of the whole. */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { root } from './root.ts';

const matter = (title: string, traits: string): string => `---
title: ${title}
description: "${title}, for the tests of the site"
minutes: 30
traits: ${traits}
instructor:
  - "Ask: what does \`accept\` wait for?"
---
`;
const everyone =
  '{ slowSender: everyone, slowReader: everyone, wait: everyone, burn: everyone, connection: nothing, clients: 1 }';
const workers =
  '{ slowSender: nobody, slowReader: worker, wait: nobody, burn: worker, connection: thread, clients: descriptors }';

const texts: Record<string, string> = {
  'chapters/01-iterative/README.md': `${matter('Iterative', everyone)}
# One at a time

The next chapter is [select](../02-select/README.md#limits); the calls are in [socket.ts](../../lib/sys/socket.ts) and
the whole server is [server.ts](./server.ts). The queue of finished handshakes is called the backlog.

## The loop

<<< ./server.ts#loop

\`\`\`sh
npx tsx chapters/01-iterative/server.ts
\`\`\`

| who | waits for |
|---|---|
| the server | one client |
`,
  'chapters/01-iterative/server.ts': `// The first server.
import { accept } from '../../lib/sys/socket.ts';

// #region loop
// Serve one client after another.
export function serve(listener: number): number {
  return accept(listener) + Number('1') + 'one two three four five six seven eight nine ten eleven twelve'.length;
}
// #endregion loop
`,
  'chapters/02-select/README.md': `${matter('select', workers)}
# Many at once

## Limits

A descriptor of 1,024 or more does not fit. Back to [the first](../01-iterative/README.md).

\`\`\`console
$ echo PING | nc -N 127.0.0.1 8090
PONG
\`\`\`
`,
  'chapters/02-select/server.ts': 'export {};\n',
  'exercises/README.md': '# Exercises\n',
  'exercises/01-lines/README.md': `---
title: Lines
description: cut a stream into lines
chapter: 01-iterative
minutes: 20
diagnoses: {}
---

# Where a line ends

Mind the [server](../../chapters/01-iterative/README.md).
`,
  'exercises/01-lines/check.ts': 'export {};\n',
  'exercises/01-lines/starter.ts': `/** How long a line may be. */
const MOST = 80;

/** Where the line ends. */
export function end(line: string): number {
  return Math.min(line.length, MOST);
}
`,
  'solutions/01-lines/solution.ts': `/** How long a line may be. */
const MOST = 80;

/** Where the line ends. */
export function end(line: string): number {
  return Math.min(line.indexOf('\\n'), MOST);
}
`,
  'site/glossary.md': `# Glossary

### backlog

The connections that wait.
`,
  'lib/sys/README.md': '# System calls\n',
  'lab/README.md': '# The lab\n',
  'lab/race/README.md': '# The race\n',
  'lab/traces/README.md': '# Recorded runs\n',
  'lib/sys/socket.ts': `/** accept(2). */
export function accept(listener: number): number {
  return listener + 1;
}
`,
};

/** What the site's programs import from elsewhere. */
const programs = [
  'package.json',
  'chapters/chapters.ts',
  'exercises/exercises.ts',
  'lab/bench/race.json',
  'lab/exercises/difference.ts',
  'lab/exercises/paint.ts',
  'lab/load/numbers.ts',
  'lab/race/results.ts',
];

/** A workshop in a folder of its own. */
export interface Workshop {
  dir: string;
  /** Writes a file, its path from the workshop's root. */
  write: (path: string, content: string) => void;
  /** Replaces a part of one of the fixture's texts. */
  edit: (path: string, part: string, replacement: string) => void;
  remove: () => void;
}

/** Makes a workshop that builds without a fault. */
export function makeWorkshop(): Workshop {
  const dir = mkdtempSync(join(tmpdir(), 'sockets-site-'));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  cpSync(join(root, 'site'), join(dir, 'site'), {
    recursive: true,
    filter: (path) => !/\.vitepress\/(cache|dist|\.temp)$/.test(path),
  });
  for (const file of programs) cpSync(join(root, file), join(dir, file));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const [path, content] of Object.entries(texts)) write(path, content);
  for (const name of ['01-iterative', '02-select']) {
    const file = `chapters/${name}/recording.json`;
    write(file, readFileSync(join(root, file), 'utf8'));
  }
  return {
    dir,
    write,
    edit: (path, part, replacement) => {
      const text = texts[path];
      if (!text?.includes(part)) throw new Error(`the fixture's ${path} does not hold ${part}`);
      write(path, text.replace(part, replacement));
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Copies the whole repository, without what was installed or made in it. */
export function copyRepository(): Pick<Workshop, 'dir' | 'remove'> {
  const dir = mkdtempSync(join(tmpdir(), 'sockets-whole-'));
  const made =
    /^(\.git|.*\/yours\.ts|.*trace\.jsonl)$|(^|\/)(node_modules|\.lab|\.cache|\.vitepress\/(cache|dist|\.temp))$/;
  cpSync(root, dir, { recursive: true, filter: (path) => !made.test(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** How a build ended. */
export interface Built {
  code: number | null;
  /** What it printed on both streams, without colours. */
  output: string;
  /** Absolute path of the built pages. */
  outDir: string;
}

/**
 * Runs `vitepress build site` in a workshop.
 * @param dir the workshop's root
 * @param base the path the site is to stand under
 */
export function build(dir: string, base = '/'): Promise<Built> {
  const env = { ...process.env, SITE_BASE: base, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, ['node_modules/vitepress/bin/vitepress.js', 'build', 'site'], {
    cwd: dir,
    env,
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    output += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, outDir: join(dir, 'site/.vitepress/dist') }));
  });
}
