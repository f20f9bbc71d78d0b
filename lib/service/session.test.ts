/** That a session speaks the protocol to the letter: its line face by examples, both faces under fuzz. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { burn } from './burn.ts';
import { bytesOf, converse, cut, type Driving } from './drive.ts';
import { Output } from './output.ts';
import { always } from './property.ts';
import { Face, HEADROOM, MIN_OUTPUT, Session, Step } from './session.ts';

/** What comes out when the client sends these chunks and keeps its side open. */
function say(...chunks: (string | Buffer)[]): string {
  return converse(chunks).transcript;
}

// One test for each row of the protocol's table.

test('PING is answered PONG', (t) => {
  t.is(say('PING\n'), 'PONG\n');
});

test('ECHO gives back its text, byte for byte', (t) => {
  t.is(say('ECHO hello\n'), 'hello\n');
  t.is(say('ECHO \n'), '\n');
  t.is(say('ECHO  a  b \n'), ' a  b \n');
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x0a));
  t.is(say(Buffer.concat([bytesOf('ECHO '), every, bytesOf('\n')])), `${every.toString('latin1')}\n`);
});

test('WAIT asks for its milliseconds, then is answered DONE', (t) => {
  t.is(say('WAIT 0\n'), '⟨wait 0⟩DONE\n');
  t.is(say('WAIT 250\n'), '⟨wait 250⟩DONE\n');
  t.is(say('WAIT 600000\n'), '⟨wait 600000⟩DONE\n');
  t.is(say('WAIT 600001\n'), 'ERROR WAIT takes 0 to 600000 milliseconds\n');
});

test('BURN asks for its rounds, then is answered with their result', (t) => {
  t.is(say('BURN 0\n'), '⟨burn 0⟩RESULT 0\n');
  t.is(say('BURN 1000000000\n'), '⟨burn 1000000000⟩RESULT 1000000000\n'); // see converse(): that is no real result
  t.is(say('BURN 1000000001\n'), 'ERROR BURN takes 0 to 1000000000 rounds\n');
});

test('a result is written as the carrier gives it, up to the largest', (t) => {
  for (const [request, result, answer] of [
    ['BURN 1\n', burn(1), 'RESULT 1013904223\n'],
    ['BURN 2\n', 2 ** 32 - 1, 'RESULT 4294967295\n'],
  ] as const) {
    const session = new Session();
    const output = new Output(Buffer.alloc(MIN_OUTPUT));
    const input = Buffer.alloc(HEADROOM + 16);
    session.feed(input, HEADROOM, HEADROOM + input.write(request, HEADROOM));
    t.is(session.next(output), Step.Burn);
    session.resume(output, result);
    t.is(session.next(output), Step.Read);
    t.is(output.bytes.toString('latin1', output.start, output.end), answer);
  }
});

test('STREAM gives so many bytes A, then at once DONE', (t) => {
  t.is(say('STREAM 0\n'), 'DONE\n');
  t.is(say('STREAM 1\n'), 'ADONE\n');
  t.is(say('STREAM 100000\n'), `${'A'.repeat(100_000)}DONE\n`);
  t.is(say('STREAM 1000000000001\n'), 'ERROR STREAM takes 0 to 1000000000000 bytes\n');
  const begun = converse(['STREAM 1000000000000\nPING\n'], { limit: 50_000 });
  t.is(begun.transcript, 'A'.repeat(50_000));
});

test('anything else is an error, and the conversation goes on', (t) => {
  for (const [line, reason] of [
    ['', 'unknown command'],
    [' ', 'unknown command'],
    ['\0', 'unknown command'],
    ['ping', 'unknown command'],
    [' PING', 'unknown command'],
    ['PINGPONG', 'unknown command'],
    ['P\xcfNG', 'unknown command'],
    ['PING ', 'PING takes no argument'],
    ['ECHO', 'ECHO takes a text'],
    ['WAIT', 'WAIT takes 0 to 600000 milliseconds'],
    ['WAIT -1', 'WAIT takes 0 to 600000 milliseconds'],
    ['WAIT +1', 'WAIT takes 0 to 600000 milliseconds'],
    ['BURN 1.5', 'BURN takes 0 to 1000000000 rounds'],
    ['STREAM  1', 'STREAM takes 0 to 1000000000000 bytes'],
  ] as const) {
    t.is(say(`${line}\nPING\n`), `ERROR ${reason}\nPONG\n`, JSON.stringify(line));
  }
});

// Lines.

test('one CR before the LF is dropped, and one only', (t) => {
  t.is(say('PING\r\n'), 'PONG\n');
  t.is(say('ECHO hi\r\n'), 'hi\n');
  t.is(say('ECHO hi\r\r\n'), 'hi\r\n');
  t.is(say('ECHO a\rb\n'), 'a\rb\n');
  t.is(say('\r\n'), 'ERROR unknown command\n');
  t.is(say('ECHO \r\n'), '\n');
});

test('a CR alone ends no line', (t) => {
  t.is(say('PING\rPING\r'), '');
  t.is(say('PING\rPING\r', '\n'), 'ERROR unknown command\n');
});

test('a line of 1,024 bytes passes, whatever ends it', (t) => {
  const text = 'x'.repeat(1019);
  t.is(say(`ECHO ${text}\nPING\n`), `${text}\nPONG\n`);
  t.is(say(`ECHO ${text}\r\nPING\n`), `${text}\nPONG\n`);
  t.is(say('PING\n', `ECHO ${text}\r`, '\nPING\n'), `PONG\n${text}\nPONG\n`);
});

test('a line of 1,025 bytes is too long, whatever ends it, and ends the conversation', (t) => {
  const line = `ECHO ${'x'.repeat(1020)}`;
  const answer = 'ERROR line too long\n⟨close⟩';
  t.is(say(`${line}\nPING\n`), answer);
  t.is(say(`${line}\r\nPING\n`), answer);
  t.is(say(`PING\nWAIT 5\n${line}\nPING\n`), `PONG\n⟨wait 5⟩DONE\n${answer}`);
  t.is(say(`${line.slice(0, -1)}\r\r\nPING\n`), answer);
});

test('a line is too long as soon as it is, before it ends', (t) => {
  t.is(say('x'.repeat(1024)), '');
  t.is(say(`${'x'.repeat(1024)}\r`), '');
  t.is(say('x'.repeat(1025)), 'ERROR line too long\n⟨close⟩');
  t.is(say(`${'x'.repeat(1024)}\r\r`), 'ERROR line too long\n⟨close⟩');
  t.is(say('x'.repeat(100_000)), 'ERROR line too long\n⟨close⟩');
});

test('of a line that is too long, so many bytes are judged as come in any case', (t) => {
  // One byte more, and the first line would begin as an HTTP request.
  const line = `${'A'.repeat(1024)} /`;
  t.is(say(line), 'ERROR line too long\n⟨close⟩');
  t.is(say(...line), 'ERROR line too long\n⟨close⟩');
});

test('the lengths of lines do not add up', (t) => {
  t.is(say('ECHO hello\n'.repeat(1000)), 'hello\n'.repeat(1000));
});

// Conversations.

test('pipelined requests are answered in their order, and each step comes where it belongs', (t) => {
  t.is(
    say('PING\nWAIT 10\nECHO a\nBURN 7\nSTREAM 3\nNOPE\nWAIT 20\nPING\n'),
    'PONG\n⟨wait 10⟩DONE\na\n⟨burn 7⟩RESULT 7\nAAADONE\nERROR unknown command\n⟨wait 20⟩DONE\nPONG\n',
  );
});

test('a WAIT holds back what follows it', (t) => {
  const session = new Session();
  const output = new Output(Buffer.alloc(MIN_OUTPUT));
  const input = Buffer.alloc(HEADROOM + 32);
  session.feed(input, HEADROOM, HEADROOM + input.write('PING\nWAIT 250\nPING\n', HEADROOM));
  for (let asked = 0; asked < 3; asked++) {
    t.is(session.next(output), Step.Wait);
    t.is(session.amount, 250);
    t.is(output.length, 5); // PONG
  }
  session.resume(output);
  t.is(session.next(output), Step.Read);
  t.is(output.bytes.toString('latin1', output.start, output.end), 'PONG\nDONE\nPONG\n');
});

test('an incomplete line waits for its rest, wherever it is cut', (t) => {
  const line = 'ECHO hello\r\n';
  for (let at = 1; at < line.length; at++) {
    t.is(say(line.slice(0, at)), '');
    t.is(say(line.slice(0, at), line.slice(at)), 'hello\n');
  }
  t.is(say(...line), 'hello\n');
});

test('feeding nothing changes nothing', (t) => {
  t.is(say('', 'PI', '', '', 'NG', '', '\n', ''), 'PONG\n');
});

test('after a half-close every request that was sent is answered, then the conversation ends', (t) => {
  const requests = 'PING\nWAIT 10\nBURN 3\nSTREAM 3\nECHO last\n';
  const answers = 'PONG\n⟨wait 10⟩DONE\n⟨burn 3⟩RESULT 3\nAAADONE\nlast\n⟨close⟩';
  t.is(converse([requests], { finish: true }).transcript, answers);
  t.is(converse([...requests], { finish: true }).transcript, answers);
  t.is(converse([], { finish: true }).transcript, '⟨close⟩');
});

test('a half-close that is known before the requests are looked at changes nothing', (t) => {
  const session = new Session();
  const output = new Output(Buffer.alloc(MIN_OUTPUT));
  const input = Buffer.alloc(HEADROOM + 32);
  session.feed(input, HEADROOM, HEADROOM + input.write('WAIT 1\nPING\n', HEADROOM));
  session.finish();
  t.true(session.ended);
  t.is(session.next(output), Step.Wait);
  session.resume(output);
  t.is(session.next(output), Step.Close);
  t.is(output.bytes.toString('latin1', output.start, output.end), 'DONE\nPONG\n');
});

test('a line that the client left unfinished is not answered', (t) => {
  t.is(converse(['PING\nPING'], { finish: true }).transcript, 'PONG\n⟨close⟩');
  t.is(converse(['PING\r'], { finish: true }).transcript, '⟨close⟩');
});

test('nothing is answered after the end', (t) => {
  // converse() itself asks once more after Step.Close, and throws if anything comes.
  t.is(say(`${'x'.repeat(2000)}\nPING\n`, 'PING\n'), 'ERROR line too long\n⟨close⟩');
});

// The output.

test('answers stop while the output is full, and go on where they stopped', (t) => {
  const text = 'x'.repeat(1000);
  const { transcript, highest } = converse([`ECHO ${text}\n`.repeat(60)], { taken: 7 });
  t.is(transcript, `${text}\n`.repeat(60));
  t.true(highest <= MIN_OUTPUT);
});

test('a full output asks to be written, however often the session is called', (t) => {
  const session = new Session();
  const output = new Output(Buffer.alloc(MIN_OUTPUT));
  const input = Buffer.alloc(HEADROOM + 16);
  session.feed(input, HEADROOM, HEADROOM + input.write('STREAM 9999\n', HEADROOM));
  for (let asked = 0; asked < 3; asked++) {
    t.is(session.next(output), Step.Write);
    t.is(output.length, MIN_OUTPUT);
  }
});

test('a STREAM of a million bytes fits through the smallest output', (t) => {
  const { transcript, highest } = converse(['STREAM 1000000\nPING\n']);
  t.is(transcript, `${'A'.repeat(1_000_000)}DONE\nPONG\n`);
  t.is(highest, MIN_OUTPUT);
});

test('the DONE behind a STREAM finds room, wherever the stream ends in the output', (t) => {
  for (let length = MIN_OUTPUT - 8; length <= MIN_OUTPUT + 8; length++) {
    t.is(say(`STREAM ${length}\nPING\n`), `${'A'.repeat(length)}DONE\nPONG\n`);
    t.is(converse([`STREAM ${length}\nPING\n`], { taken: 1000 }).transcript, `${'A'.repeat(length)}DONE\nPONG\n`);
  }
});

// Using a session again.

test('a session knows whether anything is under way', (t) => {
  const session = new Session();
  const output = new Output(Buffer.alloc(MIN_OUTPUT));
  const input = Buffer.alloc(HEADROOM + 32);
  const feed = (text: string): Step => {
    session.feed(input, HEADROOM, HEADROOM + input.write(text, HEADROOM));
    return session.next(output);
  };
  t.true(session.idle);
  t.is(feed('PING\nPI'), Step.Read);
  t.false(session.idle, 'a line has begun');
  t.is(feed('NG\n'), Step.Read);
  t.true(session.idle);
  t.is(feed('WAIT 5\n'), Step.Wait);
  t.false(session.idle, 'a WAIT is under way');
  session.resume(output);
  t.is(session.next(output), Step.Read);
  t.true(session.idle);
  session.finish();
  t.false(session.idle, 'the end is under way');
});

test('the first line tells the face, and a session that is reset without one asks again', (t) => {
  const http = converse(['GET /ping HTTP/1.1\r\nHost: x\r\n\r\n']).session;
  t.is(http.face, Face.Http);
  t.is(converse(['PING\n'], { session: http }).transcript, 'PONG\n');
  t.is(http.face, Face.Line);
  t.is(converse(['PI']).session.face, Face.Unknown);
});

// Under fuzz: what people send, pieces of it, and noise.

/** What people send, and what that is made of. */
interface Language {
  readonly whole: readonly string[];
  readonly pieces: readonly string[];
}

const HOST = 'Host: x\r\n';
const LINES: Language = {
  whole: ['PING\n', 'PING\r\n', 'ECHO hi\n', 'WAIT 5\n', 'BURN 6\n', 'STREAM 7\n', 'STREAM 9999\n', 'BURN\n', 'NOPE\n'],
  pieces: [
    ...['PING', 'ECHO ', 'WAIT ', 'BURN ', 'STREAM ', '0', '1', '600000', '600001', '1000000000'],
    ...['x'.repeat(1018), 'x'.repeat(1024), 'A'.repeat(1024)],
  ],
};
const HEADS: Language = {
  whole: [
    `GET /ping HTTP/1.1\r\n${HOST}\r\n`,
    `GET /echo/a%20b?q HTTP/1.1\n${HOST}\n`,
    `GET /burn/6 HTTP/1.1\r\n${HOST}X: y\r\n\r\n`,
    `GET /wait/5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
    `HEAD /stream/9999 HTTP/1.1\r\n${HOST}\r\n`,
    `GET /stream/9999 HTTP/1.1\r\n${HOST}\r\n`,
    `GET /nope HTTP/1.1\r\n${HOST}\r\n`,
    `GET /${'e'.repeat(2000)} HTTP/1.1\r\n${HOST}\r\n`,
    `POST /ping HTTP/1.1\r\n${HOST}\r\n`,
  ],
  pieces: [
    ...[
      'GET ',
      'HEAD ',
      '/ping',
      '/echo/',
      '?',
      '%41',
      '%',
      'http://x',
      ' HTTP/1.1\r\n',
      ' HTTP/1.0\r\n',
      ' HTTP/2.0\n',
    ],
    ...['GET /ping HTTP/1.1\r\n', `HEAD /echo/a HTTP/1.1\r\n${HOST}`, HOST, 'a: b\r\n', 'Connection: close\r\n'],
    ...[
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      '/'.repeat(1030),
      'x'.repeat(8180),
      `GET /ping HTTP/1.1\r\n${'a: b\r\n'.repeat(1400)}`,
    ],
  ],
};
const MARKS = ['\n', '\r\n', '\r\n\r\n', '\r', ' ', '\t', ':', '\0', '\xff'];

/** Requests of a language one after the other, now and then a broken one, now and then any bytes. */
const speech = ({ whole, pieces }: Language): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.oneof(
        { weight: 24, arbitrary: fc.constantFrom(...whole).map(bytesOf) },
        { weight: 3, arbitrary: fc.constantFrom(...pieces).map(bytesOf) },
        { weight: 2, arbitrary: fc.constantFrom(...MARKS).map(bytesOf) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
      ),
      { maxLength: 30, size: 'max' },
    )
    .map((parts) => Buffer.concat(parts));

/** What a session may hear: either language, or both at once. */
const noise = fc.oneof(
  speech(LINES),
  speech(HEADS),
  fc.tuple(speech(LINES), speech(HEADS)).map((both) => Buffer.concat(both)),
);

/** Sizes of chunks: mostly small, as a slow sender's, or as whole as they were written. */
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3000 })), {
  minLength: 1,
  maxLength: 8,
});

/** No conversation under fuzz is followed further, in bytes: a STREAM may have got any number. */
const LIMIT = 100_000;

/** Fails unless the bytes have the same transcript when driven in another way. */
function sameAs(bytes: Buffer, chunks: readonly Buffer[], driving: Driving): void {
  const expected = converse([bytes], { finish: true, limit: LIMIT }).transcript;
  assert.equal(converse(chunks, { finish: true, limit: LIMIT, ...driving }).transcript, expected);
}

test('any bytes have the same answers, in whatever chunks they come', (t) => {
  always(
    t,
    1000,
    fc.property(noise, sizes, (bytes, sizes) => sameAs(bytes, cut(bytes, sizes), {})),
  );
});

test('any bytes have the same answers, through whatever output they go', (t) => {
  always(
    t,
    300,
    fc.property(
      noise,
      sizes,
      fc.integer({ min: MIN_OUTPUT, max: 70_000 }),
      fc.integer({ min: 1, max: 9000 }),
      (...all) => {
        const [bytes, sizes, room, taken] = all;
        sameAs(bytes, cut(bytes, sizes), { room, taken });
      },
    ),
  );
});

test('keeping the bytes at any moment changes nothing', (t) => {
  always(
    t,
    300,
    fc.property(noise, sizes, fc.array(fc.boolean(), { minLength: 1 }), (bytes, sizes, when) => {
      let step = 0;
      const meddle = (session: Session): Session => {
        if (when[step++ % when.length]) session.keep();
        return session;
      };
      sameAs(bytes, cut(bytes, sizes), { meddle });
    }),
  );
});

test('a session that is reset to its face while it is idle goes on as if it had not been', (t) => {
  always(
    t,
    300,
    fc.property(noise, sizes, (bytes, sizes) => {
      const meddle = (session: Session, step: Step): Session => {
        if (step === Step.Read && session.idle) session.reset(session.face);
        return session;
      };
      sameAs(bytes, cut(bytes, sizes), { meddle });
    }),
  );
});

test('any session can take up an idle conversation, whatever it served before', (t) => {
  const before = fc.tuple(noise, fc.nat(3000), fc.boolean());
  always(
    t,
    300,
    fc.property(noise, sizes, fc.array(before, { minLength: 2, maxLength: 4 }), (bytes, sizes, earlier) => {
      const spares = earlier.map(([noise, limit, finish]) => converse([noise], { limit, finish }).session);
      let turn = 0;
      const meddle = (session: Session, step: Step): Session => {
        if (step !== Step.Read || !session.idle) return session;
        const spare = spares[turn % spares.length]!;
        spares[turn++ % spares.length] = session;
        spare.reset(session.face);
        return spare;
      };
      sameAs(bytes, cut(bytes, sizes), { meddle, session: spares.pop()! });
    }),
  );
});

test('random bytes neither throw nor go round and round', (t) => {
  const bytes = fc.uint8Array({ maxLength: 3000, size: 'max' }).map((bytes) => Buffer.from(bytes));
  always(
    t,
    1000,
    fc.property(fc.oneof(bytes, noise), sizes, (bytes, sizes) => {
      const chunks = cut(bytes, sizes);
      const { turns, highest } = converse(chunks, { finish: true, limit: LIMIT });
      // A Read for each chunk and two for the end, and no other step without a line feed that brought it.
      const lines = bytes.filter((byte) => byte === 0x0a).length;
      assert.ok(turns <= chunks.length + lines + 3, `${turns} turns for ${chunks.length} chunks and ${lines} lines`);
      assert.ok(highest <= MIN_OUTPUT);
    }),
  );
});

// Under fuzz: valid pipelines, against the protocol written down a second time.

/** A request as it is sent, and its part of the transcript. */
type Exchange = readonly [line: string, answer: string];

const text = fc.uint8Array({ maxLength: 1019, size: 'max' }).map((bytes) => {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\n', 'n');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
});
const number = (most: number): fc.Arbitrary<number> => fc.oneof(fc.integer({ min: 0, max: most }), fc.constant(most));
const zeros = fc.integer({ min: 0, max: 30 }).map((count) => '0'.repeat(count));

const exchange: fc.Arbitrary<Exchange> = fc.oneof(
  fc.constant<Exchange>(['PING', 'PONG\n']),
  text.map((text): Exchange => [`ECHO ${text}`, `${text}\n`]),
  fc.tuple(zeros, number(600_000)).map(([zeros, ms]): Exchange => [`WAIT ${zeros}${ms}`, `⟨wait ${ms}⟩DONE\n`]),
  fc
    .tuple(zeros, number(1_000_000_000))
    .map(([zeros, n]): Exchange => [`BURN ${zeros}${n}`, `⟨burn ${n}⟩RESULT ${n}\n`]),
  fc.tuple(zeros, number(20_000)).map(([zeros, n]): Exchange => [`STREAM ${zeros}${n}`, `${'A'.repeat(n)}DONE\n`]),
  fc.constantFrom<Exchange>(
    ['WAIT 600001', 'ERROR WAIT takes 0 to 600000 milliseconds\n'],
    ['BURN', 'ERROR BURN takes 0 to 1000000000 rounds\n'],
    ['STREAM x', 'ERROR STREAM takes 0 to 1000000000000 bytes\n'],
    ['PING PONG', 'ERROR PING takes no argument\n'],
    ['ECHO', 'ERROR ECHO takes a text\n'],
    ['', 'ERROR unknown command\n'],
  ),
);

test('a valid pipeline has the answers that the protocol gives it', (t) => {
  const pipeline = fc.array(fc.tuple(exchange, fc.constantFrom('\n', '\r\n')), { maxLength: 30, size: 'max' });
  always(
    t,
    1000,
    fc.property(pipeline, sizes, fc.integer({ min: 1, max: MIN_OUTPUT }), (pipeline, sizes, taken) => {
      const bytes = bytesOf(pipeline.map(([[line], ending]) => line + ending).join(''));
      const expected = `${pipeline.map(([[, answer]]) => answer).join('')}⟨close⟩`;
      assert.equal(converse(cut(bytes, sizes), { finish: true, taken }).transcript, expected);
    }),
  );
});
