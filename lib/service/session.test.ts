/** That a session speaks the protocol to the letter: its commands and its conversations, by examples. */

import test from 'ava';
import { bytesOf, converse } from '../testing/drive.ts';
import { burn } from './burn.ts';
import { Output } from './output.ts';
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
