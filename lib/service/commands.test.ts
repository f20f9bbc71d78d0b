/** What parseCommand() makes of requests, in both spellings. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf } from '../testing/drive.ts';
import { always } from '../testing/property.ts';
import { Command, Kind, LINE, PATH, parseCommand, type Spelling } from './commands.ts';

/** A command in words. */
function tell(command: Command, bytes: Buffer, end: number): string {
  switch (command.kind) {
    case Kind.Ping:
      return 'ping';
    case Kind.Echo:
      return `echo <${bytes.toString('latin1', command.textStart, end)}>`;
    case Kind.Wait:
      return `wait ${command.amount}`;
    case Kind.Burn:
      return `burn ${command.amount}`;
    case Kind.Stream:
      return `stream ${command.amount}`;
    case Kind.Mistake:
      return command.reason;
  }
}

/** Parses a request that stands alone. */
function parse(request: string, spelling: Spelling = LINE, command = new Command()): string {
  const bytes = bytesOf(request);
  parseCommand(bytes, 0, bytes.length, spelling, command);
  return tell(command, bytes, bytes.length);
}

const WAIT = 'WAIT takes 0 to 600000 milliseconds';
const BURN = 'BURN takes 0 to 1000000000 rounds';
const STREAM = 'STREAM takes 0 to 1000000000000 bytes';

test('each command is known by its name', (t) => {
  t.is(parse('PING'), 'ping');
  t.is(parse('ECHO hello'), 'echo <hello>');
  t.is(parse('WAIT 250'), 'wait 250');
  t.is(parse('BURN 300'), 'burn 300');
  t.is(parse('STREAM 100000'), 'stream 100000');
});

test('a path names the same commands, after its first slash', (t) => {
  t.is(parse('ping', PATH), 'ping');
  t.is(parse('echo/hello', PATH), 'echo <hello>');
  t.is(parse('wait/250', PATH), 'wait 250');
  t.is(parse('burn/300', PATH), 'burn 300');
  t.is(parse('stream/100000', PATH), 'stream 100000');
});

test('either spelling is foreign to the other', (t) => {
  for (const request of ['PING', 'ECHO/hello', 'ECHO hello', 'echo hello'])
    t.is(parse(request, PATH), 'unknown command');
  for (const request of ['ping', 'echo hello', 'echo/hello', 'ECHO/hello'])
    t.is(parse(request, LINE), 'unknown command');
});

test('every limit is itself allowed and the next number is not', (t) => {
  for (const [name, limit, mistake] of [
    ['WAIT', 600_000, WAIT],
    ['BURN', 1_000_000_000, BURN],
    ['STREAM', 1_000_000_000_000, STREAM],
  ] as const) {
    t.is(parse(`${name} 0`), `${name.toLowerCase()} 0`);
    t.is(parse(`${name} ${limit}`), `${name.toLowerCase()} ${limit}`);
    t.is(parse(`${name} ${limit + 1}`), mistake);
    t.is(parse(`${name} ${10 * limit}`), mistake);
    t.is(parse(`${name} ${'9'.repeat(400)}`), mistake);
  }
});

test('a number is decimal digits and nothing else', (t) => {
  const numbers = [
    '',
    ' ',
    '+1',
    '-1',
    '-0',
    ' 1',
    '1 ',
    '1.0',
    '1.',
    '1e3',
    '0x10',
    '1_000',
    '1,000',
    '1 2',
    'ten',
    'NaN',
  ];
  for (const number of [...numbers, '1\0', '1\r', '1\t', '\xb2', '1/', ':', '/', 'Infinity']) {
    t.is(parse(`WAIT ${number}`), WAIT, JSON.stringify(number));
    t.is(parse(`BURN ${number}`), BURN, JSON.stringify(number));
    t.is(parse(`STREAM ${number}`), STREAM, JSON.stringify(number));
  }
  t.is(parse('WAIT'), WAIT);
  t.is(parse('BURN'), BURN);
  t.is(parse('STREAM'), STREAM);
});

test('leading zeros change nothing, however many', (t) => {
  t.is(parse('WAIT 007'), 'wait 7');
  t.is(parse('BURN 00'), 'burn 0');
  t.is(parse(`STREAM ${'0'.repeat(1000)}1000000000000`), 'stream 1000000000000');
  t.is(parse(`STREAM ${'0'.repeat(1000)}1000000000001`), STREAM);
});

test('ECHO takes everything behind its separator, even nothing', (t) => {
  t.is(parse('ECHO '), 'echo <>');
  t.is(parse('ECHO  two  blanks '), 'echo < two  blanks >');
  t.is(parse('ECHO \0\t\r\x7f\x80\xff'), 'echo <\0\t\r\x7f\x80\xff>');
  t.is(parse('ECHO'), 'ECHO takes a text');
  t.is(parse('echo/', PATH), 'echo <>');
  t.is(parse('echo/a/b c', PATH), 'echo <a/b c>');
  t.is(parse('echo', PATH), 'ECHO takes a text');
});

test('PING takes nothing, not even a blank', (t) => {
  for (const request of ['PING ', 'PING x', 'PING PING']) t.is(parse(request), 'PING takes no argument');
  t.is(parse('ping/', PATH), 'PING takes no argument');
});

test('a name must be whole, in its own case, and at the start', (t) => {
  const requests = [
    '',
    ' ',
    'P',
    'PIN',
    'PINGS',
    'PING\t',
    'PING\0',
    'Ping',
    'ping',
    ' PING',
    '\tPING',
    '\0PING',
    'HELLO',
  ];
  for (const request of [
    ...requests,
    'ECHOES',
    'WAITS 1',
    'BURN1',
    'STREA 1',
    'STREAM\t1',
    'P\xc9NG',
    '\xd0ING',
    'GET /',
  ]) {
    t.is(parse(request), 'unknown command', JSON.stringify(request));
  }
});

test('bytes around a request are not looked at', (t) => {
  const requests = [
    'PING',
    'ECHO hello',
    'ECHO',
    'WAIT 25',
    'WAIT',
    'BURN 1',
    'STREAM 100',
    'STREAM 1000000000001',
    'PIN',
    '',
  ];
  // Among them bytes that would complete what stands before them.
  const around = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom('G', ' x', '0', 'PING', '\n').map((text): Uint8Array => bytesOf(text)),
  );
  always(
    t,
    500,
    fc.property(fc.constantFrom(...requests), around, around, (request, before, after) => {
      const bytes = Buffer.concat([before, bytesOf(request), after]);
      const end = before.length + request.length;
      const command = new Command();
      parseCommand(bytes, before.length, end, LINE, command);
      assert.equal(tell(command, bytes, end), parse(request));
    }),
  );
});

test('a number is taken exactly when it is within the limit', (t) => {
  const digit = fc.integer({ min: 0, max: 9 });
  const digits = fc.array(digit, { minLength: 1, maxLength: 20, size: 'max' }).map((all) => all.join(''));
  const near = fc
    .tuple(fc.constantFrom(0n, 600_000n, 1_000_000_000n, 1_000_000_000_000n), fc.bigInt(-12n, 12n))
    .map(([limit, away]) => `${limit + away < 0n ? 0n : limit + away}`);
  const limits = [
    ['WAIT', 600_000n, WAIT],
    ['BURN', 1_000_000_000n, BURN],
    ['STREAM', 1_000_000_000_000n, STREAM],
  ] as const;
  always(
    t,
    2000,
    fc.property(fc.constantFrom(...limits), fc.oneof(digits, near), ([name, limit, mistake], number) => {
      const expected = BigInt(number) <= limit ? `${name.toLowerCase()} ${BigInt(number)}` : mistake;
      assert.equal(parse(`${name} ${number}`), expected);
    }),
  );
});

test('a command object that is used again remembers nothing', (t) => {
  const request = fc.oneof(
    fc.constantFrom(
      'PING',
      'PING x',
      'ECHO hi',
      'ECHO',
      'WAIT 5',
      'WAIT x',
      'BURN 600001',
      'STREAM 1',
      'STREAM',
      'x',
      '',
    ),
    fc.string({ maxLength: 12 }),
  );
  always(
    t,
    1000,
    fc.property(fc.array(request), request, (before, last) => {
      const command = new Command();
      for (const one of before) parse(one, LINE, command);
      assert.equal(parse(last, LINE, command), parse(last));
    }),
  );
});
