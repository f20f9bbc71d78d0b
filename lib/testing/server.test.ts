/** Starting programs: what the tests hear of them. */

import test from 'ava';
import { startProgram } from './server.ts';

test('a line is told to all who wait for it', async (t) => {
  const program = startProgram(t, 'lib/program/fixtures/server.ts', { args: ['--port', '0'] });
  const lines = await Promise.all([/listening/, /pid \d+/, /listening/].map((pattern) => program.line(pattern)));
  t.is(new Set(lines.map(({ input }) => input)).size, 1);
});

test('who prints on and on is let go on, and not all of it is kept', async (t) => {
  const program = startProgram(t, 'lib/testing/fixtures/chatter.ts');
  t.is(await program.ended, 0);
  const kept = program.stdout.reduce((sum, { length }) => sum + length + 1, 0);
  t.true(kept > 15_000_000 && kept < 17_000_000, `${kept}`);
});
