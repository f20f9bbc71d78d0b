/** Starting programs: what the tests hear of them. */

import test from 'ava';
import { startProgram } from './server.ts';

test('a line is told to all who wait for it', async (t) => {
  const program = startProgram(t, 'lib/program/fixtures/server.ts', { args: ['--port', '0'] });
  const lines = await Promise.all([/listening/, /pid \d+/, /listening/].map((pattern) => program.line(pattern)));
  t.is(new Set(lines.map(({ input }) => input)).size, 1);
});
