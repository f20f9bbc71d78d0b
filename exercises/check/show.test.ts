/** Bytes as a check shows them: quoted, never too long, and the caret under the right one. */

import test from 'ava';
import { differsAt, show } from './show.ts';

test('bytes that cannot be printed are shown as in a string literal', (t) => {
  t.is(show(Buffer.from('a"b\\c\r\n\x00\xff', 'latin1')).text, '"a\\"b\\\\c\\r\\n\\x00\\xff"');
});

test('the column is that of the byte as it is shown, escaped as it may be', (t) => {
  const bytes = Buffer.from('\n\n\nx');
  const { text, column } = show(bytes, 3);
  t.is(text[column], 'x');
  t.is(show(bytes, 4).column, text.length - 1, 'after the last one it stands under the closing quote');
});

test('what is long is cut, and the byte stays in sight', (t) => {
  const bytes = Buffer.from(`${'a'.repeat(5000)}b${'c'.repeat(5000)}`);
  const { text, column } = show(bytes, 5000);
  t.is(text[column], 'b');
  t.true(text.length <= 56, text);
  t.regex(text, /^…".*"… \(10,001 bytes\)$/);
});

test('the first byte that differs, or the end of the shorter', (t) => {
  t.is(differsAt(Buffer.from('PONG\n'), Buffer.from('PANG\n')), 1);
  t.is(differsAt(Buffer.from('PO'), Buffer.from('PONG\n')), 2);
});
