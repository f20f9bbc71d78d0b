/** The five commands: their spelling in both faces, their limits, and what is said of a mistake. */

/** What a request asks for. */
export const Kind = { Ping: 0, Echo: 1, Wait: 2, Burn: 3, Stream: 4, Mistake: 5 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A request, taken apart. One object is used again and again, so that a request costs no allocation. */
export class Command {
  kind: Kind = Kind.Mistake;
  /** WAIT: milliseconds. BURN: rounds. STREAM: bytes. */
  amount = 0;
  /** ECHO: where the text begins; it ends where the request does. */
  textStart = 0;
  /** Of a mistake: what is wrong. */
  reason = '';
}

/** How a face writes a request: the commands' names, and the byte between name and argument. */
export interface Spelling {
  readonly separator: number;
  readonly names: readonly Buffer[];
}

const names = ['PING', 'ECHO', 'WAIT', 'BURN', 'STREAM'];

/** `WAIT 250` */
export const LINE: Spelling = { separator: 0x20, names: names.map((name) => Buffer.from(name)) };
/** `wait/250`, what follows the first slash of a path */
export const PATH: Spelling = { separator: 0x2f, names: names.map((name) => Buffer.from(name.toLowerCase())) };

export const UNKNOWN = 'unknown command';

/** For each kind: the largest argument, and the words for another one. */
const LIMIT = [0, 0, 600_000, 1_000_000_000, 1_000_000_000_000];
const MISTAKE = [
  'PING takes no argument',
  'ECHO takes a text',
  'WAIT takes 0 to 600000 milliseconds',
  'BURN takes 0 to 1000000000 rounds',
  'STREAM takes 0 to 1000000000000 bytes',
];

/**
 * Takes a request apart.
 *
 * @param bytes holds the request from `start` to before `end`, without a line ending
 * @param spelling LINE or PATH
 * @param into what the answer is written to; its kind is Mistake where the request is none of the five
 */
export function parseCommand(bytes: Buffer, start: number, end: number, spelling: Spelling, into: Command): void {
  const kind = kindOf(bytes, start, end, spelling);
  into.kind = kind;
  if (kind === Kind.Mistake) {
    into.reason = UNKNOWN;
    return;
  }
  const nameEnd = start + spelling.names[kind]!.length;
  let fits = nameEnd < end;
  if (kind === Kind.Ping) fits = !fits;
  else if (kind === Kind.Echo) into.textStart = nameEnd + 1;
  else if (fits) {
    into.amount = decimal(bytes, nameEnd + 1, end, LIMIT[kind]!);
    fits = into.amount >= 0;
  }
  if (!fits) {
    into.kind = Kind.Mistake;
    into.reason = MISTAKE[kind]!;
  }
}

/** Which name the request begins with, followed by its end or the separator. */
function kindOf(bytes: Buffer, start: number, end: number, { names, separator }: Spelling): Kind {
  for (let kind = 0; kind < names.length; kind++) {
    const name = names[kind]!;
    const nameEnd = start + name.length;
    if (nameEnd > end || (nameEnd < end && bytes[nameEnd] !== separator)) continue;
    let i = 0;
    while (i < name.length && bytes[start + i] === name[i]) i++;
    if (i === name.length) return kind as Kind;
  }
  return Kind.Mistake;
}

/** The number that decimal digits spell, or -1 where there is anything else, or nothing, or more than `limit`. */
function decimal(bytes: Buffer, start: number, end: number, limit: number): number {
  if (start === end) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > limit) return -1;
  }
  return value;
}
