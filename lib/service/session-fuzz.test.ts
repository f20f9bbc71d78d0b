/** A session under fuzz: whatever comes, in whatever pieces, through whatever output. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, converse, cut, type Driving } from '../testing/drive.ts';
import { always } from '../testing/property.ts';
import { MIN_OUTPUT, type Session, Step } from './session.ts';

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

/** No line feed, which would end the line, and no carriage return in the end, which would belong to what ends it. */
const text = fc
  .uint8Array({ maxLength: 1019, size: 'max' })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\n', 'n').replace(/\r+$/, ''));
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
