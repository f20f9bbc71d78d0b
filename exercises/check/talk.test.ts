/** What is shown of a conversation: all of it, or the end of it, and then one sees that it is the end. */

import test from 'ava';
import type { Server } from '../../lib/testing/server.ts';
import { Talk } from './talk.ts';

test('of a conversation the last twelve lines are shown, and that there were more', (t) => {
  const talk = new Talk({} as Server);
  for (let i = 1; i <= 12; i++) talk.note('A', 'sends', `${i}`);
  t.is(talk.text('and so on').split('\n').length, 13);
  t.is(talk.text().split('\n')[0], 'A sends  1');
  talk.note('A', 'sends', '13');
  const lines = talk.text().split('\n');
  t.deepEqual([lines[0], lines[1], lines.at(-1)], ['…', 'A sends  2', 'A sends  13']);
  t.is(lines.length, 13);
});
