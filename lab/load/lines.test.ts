/** Lines, however they are cut. */

import test from 'ava';
import fc from 'fast-check';
import { Lines } from './lines.ts';

test('lines come as they are, wherever they are cut, and half a line never comes', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.stringMatching(/^[ab\n]{0,4}$/))), (chunks) => {
      const text = chunks.flat().join('');
      const lines = new Lines();
      t.deepEqual(
        chunks.flat().flatMap((chunk) => lines.take(chunk)),
        text.split('\n').slice(0, -1),
      );
    }),
  );
  t.deepEqual(new Lines().take('{"report":{"req'), []);
});
