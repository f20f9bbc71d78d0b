/** What is compiled, is compiled once, and kept where nobody else can change it. */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { run, temporaryDirectory, tsx } from '../sys/fixtures/resources.ts';
import { processes } from '../testing/proc.ts';
import { compile } from './bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHILD = new URL('./fixtures/child.ts', import.meta.url);
const PARENT_PROGRAM = fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url));
const WORKER = new URL('./fixtures/worker.ts', import.meta.url);

/** How many compilers this process has started that it has not reaped. */
function compilers(): number {
  const [, , group] = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
  return processes(Number(group)).filter(({ name, parent }) => name === 'esbuild' && parent === process.pid).length;
}

test.serial('the compiler ends with its work, and is reaped', (t) => {
  const before = compilers(); // tsx may have one
  compile(CHILD);
  compile(WORKER);
  t.is(compilers(), before);
});

test('bundles that nobody has used for a day are deleted, and no others', (t) => {
  const cache = dirname(compile(WORKER));
  const aged = (name: string, days: number): string => {
    const file = join(cache, `${name}-${process.pid}.mjs`);
    writeFileSync(file, '');
    t.teardown(() => rmSync(file, { force: true }));
    const time = Date.now() / 1000 - days * 24 * 60 * 60;
    utimesSync(file, time, time);
    return file;
  };
  const [old, young] = [aged('old', 1.1), aged('young', 0.9)];
  const used = compile(CHILD);
  utimesSync(used, 0, 0);
  t.is(compile(CHILD), used);
  const entry = join(temporaryDirectory(t), 'entry.ts');
  writeFileSync(entry, `console.log(${process.hrtime.bigint()}n);\n`);
  const bundle = compile(pathToFileURL(entry));
  t.teardown(() => rmSync(bundle, { force: true }));
  t.deepEqual([old, young, used, bundle].map(existsSync), [false, true, true, true]);
  rmSync(bundle); // as by a clock that jumps
  t.is(compile(pathToFileURL(entry)), bundle);
  t.true(existsSync(bundle));
});

test('an entry is compiled once: the same bundle for every call and in every process, and nothing unfinished', async (t) => {
  const bundle = compile(pathToFileURL(PARENT_PROGRAM));
  t.is(compile(pathToFileURL(PARENT_PROGRAM)), bundle);
  rmSync(bundle); // the processes write it at the same time
  const words = tsx(PARENT_PROGRAM, 'compile');
  const others = await Promise.all(Array.from({ length: 3 }, () => run(t, words)));
  for (const { stdout, stderr } of others) t.is(stdout + stderr, `${bundle}\n`);
  t.deepEqual(
    readdirSync(dirname(bundle)).filter((file) => file.startsWith(basename(bundle))),
    [basename(bundle)],
  );
  t.regex(readFileSync(bundle, 'utf8'), /from "koffi"/); // packages stay outside
});

test('an entry that has changed gives another bundle', async (t) => {
  const entry = join(temporaryDirectory(t), 'entry.ts');
  const compiled = async (text: string): Promise<string> => {
    writeFileSync(entry, `const said: string = '${text}';\nconsole.log(said);\n`);
    // In a process of its own, as one compiles an entry once.
    const line = `import { compile } from '${new URL('./bundle.ts', import.meta.url)}';
      console.log(compile(new URL('${pathToFileURL(entry)}')))`;
    const bundle = (await run(t, tsx('--input-type=module', '--eval', line))).stdout.trim();
    t.teardown(() => rmSync(bundle, { force: true }));
    t.is((await run(t, [process.execPath, bundle])).stdout, `${text}\n`);
    return bundle;
  };
  const [first, second, again] = [await compiled('first'), await compiled('second'), await compiled('first')];
  t.not(first, second);
  t.is(first, again);
});

/** A checkout in which no bundle can be kept, not even by root, and a folder for temporary files. */
function withoutCache(t: ExecutionContext): { parent: string; env: NodeJS.ProcessEnv; temporary: string } {
  const root = temporaryDirectory(t);
  const packages = join(root, 'node_modules');
  mkdirSync(packages);
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((name) => !name.startsWith('.'))) {
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  }
  writeFileSync(join(packages, '.cache'), 'no folder');
  for (const path of ['lib', 'package.json']) cpSync(join(ROOT, path), join(root, path), { recursive: true });
  const temporary = temporaryDirectory(t);
  return {
    parent: join(root, 'lib/program/fixtures/parent.ts'),
    env: { ...process.env, TMPDIR: temporary },
    temporary,
  };
}

test('where the checkout cannot be written, bundles are kept among the temporary files, for this user alone', async (t) => {
  const { parent, env, temporary } = withoutCache(t);
  const [first, second] = [
    await run(t, tsx(parent, 'compile'), { env }),
    await run(t, tsx(parent, 'compile'), { env }),
  ];
  t.is(first.stderr, '');
  const bundle = first.stdout.trim();
  t.true(bundle.startsWith(`${temporary}/`));
  t.is(second.stdout, first.stdout, 'and used again');
  t.is(statSync(dirname(dirname(bundle))).mode & 0o777, 0o700);
  utimesSync(bundle, 0, 0);
  const { stdout, stderr } = await run(t, tsx(parent, 'worker'), { env }); // it finds its packages
  t.is(stderr, '');
  t.regex(stdout, /^\d+\n$/);
  t.false(existsSync(bundle), 'the old ones are deleted there too');
});

test('bundles are neither kept nor looked for where another user could put his own; one line says so', async (t) => {
  const { parent, env } = withoutCache(t);
  const { stdout } = await run(t, tsx(parent, 'compile'), { env });
  const own = dirname(dirname(stdout.trim()));
  chmodSync(own, 0o777);
  const refused = await run(t, tsx(parent, 'worker'), { env });
  t.is(refused.status, 1);
  t.is(refused.stdout, '');
  t.regex(refused.stderr, /^cannot compile lib\/program\/fixtures\/worker\.ts: [^\n]+ is not this user's alone\n$/);
});
