/** Bytes for people: quoted, cut to the width of a terminal, with a caret under the first that differs. */

/** A byte as it stands in a string literal. */
function escaped(byte: number): string {
  if (byte === 10) return '\\n';
  if (byte === 13) return '\\r';
  if (byte === 0x22) return '\\"';
  if (byte === 0x5c) return '\\\\';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** The index of the first byte in which two texts differ; the length of the shorter where it is the other's beginning. */
export function differsAt(one: Buffer, other: Buffer): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at++;
  return at;
}

/** Bytes as they are shown, and the column at which one of them stands. */
export interface Shown {
  readonly text: string;
  /** From the beginning of `text`. */
  readonly column: number;
}

/**
 * Quotes bytes in so many characters, or a few more where an escape is the last; and says how long they are, if not all are in.
 *
 * @param around the byte that must be in sight: an index, or the length for the end
 */
export function show(bytes: Buffer, around = 0, width = 56): Shown {
  const { text, column, end } = quote(bytes, around, width);
  if (end === bytes.length) return { text: `${text}"`, column };
  const rest = `"… (${bytes.length.toLocaleString('en')} bytes)`;
  const part = quote(bytes, around, width - rest.length);
  return { text: part.text + rest, column: part.column };
}

/** As much as fits, without the closing quote. @returns `end`: the index of the first byte that does not */
function quote(bytes: Buffer, around: number, width: number): Shown & { end: number } {
  // What stands before is cut only when the byte would not be in sight otherwise.
  const from = around > width - 16 ? around - 8 : 0;
  let text = from > 0 ? '…"' : '"';
  let column = text.length;
  let end = from;
  for (; end < bytes.length && text.length < width; end++) {
    if (end === around) column = text.length;
    text += escaped(bytes[end]!);
  }
  if (around >= end) column = text.length;
  return { text, column, end };
}
