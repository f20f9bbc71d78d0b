/** The reactor: who is called, in which order, and who is not called any more. */

import test, { type ExecutionContext } from 'ava';
import { Descriptors } from '../sys/fixtures/resources.ts';
import { read, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import { Reactor } from './reactor.ts';

const memory = Memory.allocate(64);

/** A socket with something to read. */
function ready(fds: Descriptors): number {
  const [ours, theirs] = fds.socketpair();
  write(theirs, memory, 0, 1);
  return ours;
}

/** Two handlers of one turn: the first that is called closes the other's descriptor, and opens a new one. */
function meet(t: ExecutionContext): {
  closed: number;
  opened: number;
  called: number[];
  fds: Descriptors;
  reactor: Reactor;
} {
  const fds = new Descriptors(t);
  const reactor = new Reactor();
  const called: number[] = [];
  const both = [ready(fds), ready(fds)];
  let closed = -1;
  let opened = -1;
  for (const fd of both) {
    reactor.handle(fd, {
      readable(fd) {
        called.push(fd);
        if (closed >= 0) return;
        closed = both.find((other) => other !== fd)!;
        fds.forget(closed);
        reactor.close(closed);
        opened = ready(fds);
        reactor.handle(opened, { readable: (fd) => called.push(1000 + fd) });
      },
    });
  }
  reactor.turn();
  return { closed, opened, called, fds, reactor };
}

test('an event for a descriptor that was closed in the same turn reaches nobody, and its number is not given out', (t) => {
  const { closed, opened, called } = meet(t);
  t.is(called.length, 1, 'its handler was not called, nor that of the new descriptor');
  t.not(called[0], closed);
  t.not(opened, closed);
});

test('when the turn is over the number comes back, and the new handler alone hears of it', (t) => {
  const { closed, opened, called, fds, reactor } = meet(t);
  called.length = 0;
  let reused = -1;
  for (let i = 0; i < 4 && reused !== closed; i++) reused = ready(fds);
  t.is(reused, closed);
  reactor.handle(reused, { readable: (fd) => called.push(2000 + fd) });
  reactor.turn();
  t.true(called.includes(2000 + closed));
  t.true(called.includes(1000 + opened));
  t.false(called.includes(closed));
});

test('who is closed between two turns has gone before the next one waits', (t) => {
  const fds = new Descriptors(t);
  const reactor = new Reactor();
  const [ours, theirs] = fds.socketpair();
  const called: string[] = [];
  reactor.handle(ours, { readable: () => called.push('a word to the closed one') });
  reactor.handle(theirs, {
    readable: (fd) => {
      called.push(read(fd, memory, 0, 1) === 0 ? 'the end' : 'a word');
      reactor.release(fd);
    },
  });
  fds.forget(ours);
  reactor.close(ours);
  reactor.after(1000, () => called.push('timer')); // else a turn that has not closed it would wait for ever
  reactor.turn();
  t.deepEqual(called, ['the end']);
});

test('who is released hears nothing, and may come back', (t) => {
  const fds = new Descriptors(t);
  const reactor = new Reactor();
  const fd = ready(fds);
  const called: string[] = [];
  reactor.handle(fd, { readable: () => called.push('first') });
  reactor.release(fd);
  reactor.after(0, () => called.push('timer'));
  while (called.length === 0) reactor.turn();
  t.deepEqual(called, ['timer']);
  reactor.handle(fd, { readable: () => called.push('second') });
  reactor.turn();
  t.deepEqual(called, ['timer', 'second']);
});

test('room to write comes before something to read, and a peer that is gone is told of where nothing is wanted', (t) => {
  const fds = new Descriptors(t);
  const reactor = new Reactor();
  const fd = ready(fds);
  const called: string[] = [];
  const readable = (): void => void called.push('readable');
  reactor.handle(fd, { readable, writable: () => called.push('writable') });
  reactor.turn();
  reactor.handle(fd, { readable, hangup: () => called.push('hangup') });
  reactor.turn();
  t.deepEqual(called, ['writable', 'readable']);
  read(fd, memory, 0, 1);
  const [ours, theirs] = fds.socketpair();
  reactor.handle(ours, { hangup: () => called.push('gone') });
  fds.close(theirs);
  reactor.turn();
  t.deepEqual(called, ['writable', 'readable', 'gone']);
});

test('timers come in the order of their times, each once, and not when they were called off', (t) => {
  const reactor = new Reactor();
  const called: number[] = [];
  const callOff = [30, 10, 20, 0].map((time) => reactor.after(time, () => called.push(time)));
  callOff[2]!();
  callOff[2]!();
  while (called.length < 3) reactor.turn();
  t.deepEqual(called, [0, 10, 30]);
  // Their numbers are used again: who calls off what is over calls off nobody else.
  reactor.after(5, () => called.push(5));
  for (const off of callOff) off();
  while (called.length < 4) reactor.turn();
  t.deepEqual(called, [0, 10, 30, 5]);
});
