/** That an output gives back what was put in, in order, and knows its room. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf } from '../testing/drive.ts';
import { always } from '../testing/property.ts';
import { Output } from './output.ts';

/** What waits to be written. */
function waiting(output: Output): string {
  return output.bytes.toString('latin1', output.start, output.end);
}

test('an output begins empty, with all its memory for room', (t) => {
  const output = new Output(Buffer.alloc(16));
  t.is(output.length, 0);
  t.is(output.room, 16);
});

test('what is put in waits in the order in which it came', (t) => {
  const output = new Output(Buffer.alloc(16));
  output.put(bytesOf('PONG\n'));
  output.putRange(bytesOf('ECHO hi\xff\r\n'), 5, 8);
  output.putText('\n\xe9');
  t.is(output.fill(0x41, 2), 2);
  t.is(waiting(output), 'PONG\nhi\xff\n\xe9AA');
  t.is(output.length, 12);
  t.is(output.room, 4);
});

test('fill stops where the room ends', (t) => {
  const output = new Output(Buffer.alloc(8));
  output.putText('abc');
  t.is(output.fill(0x41, 1_000_000_000_000), 5);
  t.is(waiting(output), 'abcAAAAA');
  t.is(output.fill(0x41, 1), 0);
  t.is(output.room, 0);
});

test('what has been written is gone, and an empty output has all its room again', (t) => {
  const output = new Output(Buffer.alloc(8));
  output.putText('abcdefgh');
  output.wrote(0);
  t.is(waiting(output), 'abcdefgh');
  output.wrote(3);
  t.is(waiting(output), 'defgh');
  t.is(output.room, 0);
  output.wrote(5);
  t.is(output.length, 0);
  t.is(output.room, 8);
});

test('a cleared output has forgotten what waited', (t) => {
  const output = new Output(Buffer.alloc(8));
  output.putText('abc');
  output.clear();
  t.is(output.length, 0);
  t.is(output.room, 8);
});

test('an output is a bounded queue of bytes', (t) => {
  const text = fc.uint8Array({ maxLength: 12 });
  const action = fc.oneof(
    fc.record({ put: fc.constantFrom('put', 'putRange', 'putText'), text }),
    fc.record({ fill: fc.nat(40) }),
    fc.record({ wrote: fc.nat(40) }),
  );
  always(
    t,
    500,
    fc.property(fc.array(action), (actions) => {
      const output = new Output(Buffer.alloc(32));
      let queue = '';
      let used = 0; // bytes of the memory, written ones too: they come back when all are written
      for (const one of actions) {
        if ('put' in one) {
          const bytes = Buffer.from(one.text);
          if (used + bytes.length > 32) continue;
          if (one.put === 'put') output.put(bytes);
          else if (one.put === 'putRange')
            output.putRange(Buffer.concat([bytes, bytes, bytes]), bytes.length, 2 * bytes.length);
          else output.putText(bytes.toString('latin1'));
          queue += bytes.toString('latin1');
          used += bytes.length;
        } else if ('fill' in one) {
          const filled = Math.min(one.fill, 32 - used);
          assert.equal(output.fill(0x5a, one.fill), filled);
          queue += 'Z'.repeat(filled);
          used += filled;
        } else {
          const count = Math.min(one.wrote, queue.length);
          output.wrote(count);
          queue = queue.slice(count);
          if (queue === '') used = 0;
        }
        assert.equal(waiting(output), queue);
        assert.equal(output.length, queue.length);
        assert.equal(output.room, 32 - used);
      }
    }),
  );
});
