/** Commands in the texts: what a reader is to run is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { markdownFiles } from './pages.ts';
import { root } from './root.ts';

test('every program and every test that a text has its reader run is there', (t) => {
  const commands = markdownFiles(root).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bnpx (?:tsx|ava) ([\w.-]+\/[\w./-]+)/g)].map(
      ([command, path = '']) => ({ file, command, path }),
    ),
  );
  t.true(commands.length > 100);
  const dead = commands.filter(({ path }) => !existsSync(join(root, path)));
  t.deepEqual(
    dead.map(({ file, command }) => `${file}: ${command}`),
    [],
  );
});
