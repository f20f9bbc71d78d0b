/** Descriptors in messages: what arrives, what it stands for, and what becomes of those that do not arrive. */

import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test, { type ExecutionContext } from 'ava';
import { check, EAGAIN, EBADF, EBADMSG, EMFILE, EPIPE } from './errors.ts';
import { Descriptors, flags, openDescriptors, outcome, program, start } from './fixtures/resources.ts';
import { F_SETFL, fcntl, O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { receiveDescriptor, sendDescriptor } from './message.ts';
import { SHUT_WR, shutdown } from './socket.ts';

const memory = Memory.allocate(64);

/** Writes a text. */
function say(fd: number, text: string): void {
  check(write(fd, memory, 0, memory.bytes.write(text)), 'write');
}

/** Reads what there is; '' at the end. */
function hear(fd: number): string {
  return memory.bytes.toString('latin1', 0, check(read(fd, memory, 0, memory.length), 'read'));
}

/** Hands a descriptor through a socketpair. @returns its new number */
function pass(t: ExecutionContext, fds: Descriptors, fd: number): number {
  const [ours, theirs] = fds.socketpair();
  t.is(sendDescriptor(ours, fd), 1);
  return fds.keep(receiveDescriptor(theirs));
}

test('a descriptor arrives as another number for the same thing, and closes on exec', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  t.is(fcntl(reading, 2, 0), 0); // F_SETFD: it stays open on exec here; what arrives does not
  const passed = pass(t, fds, reading);
  t.not(passed, reading);
  t.is(flags('self', passed)! & O_CLOEXEC, O_CLOEXEC);
  t.is(flags('self', reading)! & O_CLOEXEC, 0);
  say(writing, 'first');
  t.is(hear(passed), 'first');
  say(writing, 'second');
  t.is(hear(reading), 'second');
});

test('what belongs to the open file description is shared: non-blocking for one is non-blocking for both', (t) => {
  const fds = new Descriptors(t);
  const [reading] = fds.pipe();
  const passed = pass(t, fds, reading);
  check(fcntl(passed, F_SETFL, O_NONBLOCK), 'fcntl');
  t.is(read(reading, memory, 0, 1), -EAGAIN);
});

test('descriptors arrive in the order in which they were sent, each with a byte of its own', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair(O_NONBLOCK);
  const pipes = [fds.pipe(), fds.pipe(), fds.pipe()];
  for (const [reading] of pipes) t.is(sendDescriptor(ours, reading), 1);
  const passed = pipes.map(() => fds.keep(receiveDescriptor(theirs)));
  t.is(receiveDescriptor(theirs), -EAGAIN, 'there is no fourth');
  pipes.forEach(([, writing], i) => {
    say(writing, `pipe ${i}`);
    t.is(hear(passed[i]!), `pipe ${i}`);
  });
});

test('it goes both ways at once', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [reading, writing] = fds.pipe();
  t.is(sendDescriptor(ours, reading), 1);
  t.is(sendDescriptor(theirs, writing), 1);
  const [passedReading, passedWriting] = [fds.keep(receiveDescriptor(theirs)), fds.keep(receiveDescriptor(ours))];
  say(passedWriting, 'round');
  t.is(hear(passedReading), 'round');
});

test('a descriptor that was sent and closed here lives on under way, and in the other process', async (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [reading, writing] = fds.pipe();
  t.is(sendDescriptor(ours, reading), 1);
  fds.close(reading);
  say(writing, 'for whoever takes it'); // no -EPIPE: the copy under way reads
  const words = program(new URL('./fixtures/receiver.ts', import.meta.url), 'read');
  const child = start(t, words, { stdio: ['ignore', 'pipe', 'pipe', theirs] });
  fds.close(theirs);
  const { stdout, stderr } = await outcome(child);
  t.is(stdout + stderr, 'for whoever takes it');
  t.is(write(writing, memory, 0, 1), -EPIPE, 'it ended with that process');
});

test('a descriptor under way is closed when the one who should have taken it is gone', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [reading, writing] = fds.pipe();
  t.is(sendDescriptor(ours, reading), 1);
  fds.close(reading);
  fds.close(theirs);
  t.is(write(writing, memory, 0, 1), -EPIPE);
});

test('a process without a number left loses the descriptor, hears of it, and takes the next one', async (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [first, second] = [fds.pipe(), fds.pipe()];
  for (const [reading] of [first, second]) t.is(sendDescriptor(ours, reading), 1);
  for (const [reading] of [first, second]) fds.close(reading);
  say(second[1], 'second');
  const words = program(new URL('./fixtures/receiver.ts', import.meta.url), 'full');
  const limited = ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh', ...words];
  const { stdout, stderr } = await outcome(start(t, limited, { stdio: ['ignore', 'pipe', 'pipe', theirs] }));
  t.is(stderr, '');
  t.deepEqual(JSON.parse(stdout), { lost: -EMFILE, text: 'second' });
  t.is(write(first[1], memory, 0, 1), -EPIPE, 'nobody has the first');
});

test('the end of the channel is -EPIPE on both sides, after what is under way', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [reading] = fds.pipe();
  t.is(sendDescriptor(ours, reading), 1);
  fds.close(ours);
  fds.keep(receiveDescriptor(theirs));
  t.is(receiveDescriptor(theirs), -EPIPE);
  t.is(sendDescriptor(theirs, reading), -EPIPE);
});

test('a byte without a descriptor is told apart from the end', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [reading] = fds.pipe();
  say(ours, 'xy');
  t.is(sendDescriptor(ours, reading), 1);
  t.is(shutdown(ours, SHUT_WR), 0);
  t.is(receiveDescriptor(theirs), -EBADMSG);
  t.is(receiveDescriptor(theirs), -EBADMSG);
  fds.keep(receiveDescriptor(theirs)); // one byte a call: nothing was swallowed with the others
  t.is(receiveDescriptor(theirs), -EPIPE);
});

test('what cannot be sent is refused, and nothing arrives', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair(O_NONBLOCK);
  t.is(sendDescriptor(ours, -1), -EBADF);
  t.is(sendDescriptor(-1, ours), -EBADF);
  const [reading] = fds.pipe();
  t.is(sendDescriptor(reading, ours), -constants.errno.ENOTSOCK);
  t.is(receiveDescriptor(theirs), -EAGAIN);
});

test('a non-blocking channel that nobody reads fills up, and says so', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair(O_NONBLOCK);
  let sent = 0;
  let answer: number;
  for (answer = 1; answer === 1 && sent < 100_000; sent += answer === 1 ? 1 : 0) answer = sendDescriptor(ours, theirs);
  t.is(answer, -EAGAIN);
  t.true(sent > 0);
});

test('messages find their memory where it was, whatever garbage collection takes', (t) => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  const others = Array.from({ length: 10_000 }, () => Buffer.from(new ArrayBuffer(16)).fill(0xff));
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  const passed = pass(t, fds, reading);
  say(writing, 'still there');
  t.is(hear(passed), 'still there');
  t.true(
    others.every((other) => other.every((byte) => byte === 0xff)),
    'and nothing was written elsewhere',
  );
});

test('no descriptor is left of those that were passed and closed', (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const [reading] = fds.pipe();
  const before = openDescriptors();
  for (let i = 0; i < 1000; i++) {
    t.is(sendDescriptor(ours, reading), 1);
    fds.close(fds.keep(receiveDescriptor(theirs)));
  }
  t.deepEqual(openDescriptors(), before);
});
