/**
 * Has Node read TypeScript as it stands, as tsx does, for tests, which start many programs: a file is compiled once, and
 * kept. tsx is ready after some 250 ms of processor time in each process, this after a fifth of that.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const KEPT = fileURLToPath(new URL('../../node_modules/.cache/ten-thousand-sockets/typescript/', import.meta.url));

/** What was compiled so long ago, in milliseconds, is deleted; whoever still wants it compiles it again. */
const STALE = 7 * 24 * 60 * 60 * 1000;
let swept = false;

/** A hook of Node's module loader, which has Node load everything else. */
export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', source: compiled(url), shortCircuit: true };
}

/** What a TypeScript module is as JavaScript, with its source map. */
function compiled(url) {
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const name = createHash('sha256').update(`${process.versions.node}\n${url}\n${text}`).digest('hex').slice(0, 32);
  const path = `${KEPT}${name}.mjs`;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const code = compile(url, text);
    keep(path, code);
    return code;
  }
}

/** By the compiler that tsx has, and as it does. */
function compile(url, text) {
  const { transformSync } = createRequire(import.meta.url)('esbuild');
  const target = `node${process.versions.node}`;
  const { code } = transformSync(text, {
    loader: 'ts',
    format: 'esm',
    target,
    sourcefile: url,
    sourcemap: 'inline',
    sourcesContent: false,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return code;
}

/** Whole, or not at all: other processes may do the same just now. Where it cannot be written, all goes on without it. */
function keep(path, code) {
  try {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(`${path}.${process.pid}`, code);
    renameSync(`${path}.${process.pid}`, path);
    if (!swept) sweep();
  } catch {}
}

/** Deletes what nobody will want: files of code that has changed since. */
function sweep() {
  swept = true;
  for (const file of readdirSync(KEPT)) {
    if (Date.now() - statSync(`${KEPT}${file}`).mtimeMs > STALE) rmSync(`${KEPT}${file}`);
  }
}

// In the thread itself where Node can do that (from 22.15 on), else in one beside it, which loads this file again.
if (module.registerHooks !== undefined) module.registerHooks({ load });
else if (isMainThread) module.register(import.meta.url);
