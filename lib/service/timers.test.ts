/** That the heap of timers tells and forgets what a sorted list would. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { always } from '../testing/property.ts';
import { Timers } from './timers.ts';

/** Takes out all that is due. */
function expired(timers: Timers, now: number): number[] {
  const fds: number[] = [];
  for (let fd = timers.expire(now); fd >= 0; fd = timers.expire(now)) fds.push(fd);
  return fds;
}

test('without a timer nothing is ever due', (t) => {
  const timers = new Timers();
  t.is(timers.size, 0);
  t.is(timers.next(), Number.POSITIVE_INFINITY);
  t.is(timers.expire(Number.MAX_VALUE), -1);
  t.is(timers.expire(Number.POSITIVE_INFINITY), -1);
});

test('timers come out in the order in which they are due, and none before it is', (t) => {
  const timers = new Timers();
  timers.set(5, 300);
  timers.set(6, 100);
  timers.set(7, 200);
  t.is(timers.size, 3);
  t.is(timers.next(), 100);
  t.is(timers.expire(99.999), -1);
  t.is(timers.expire(100), 6);
  t.deepEqual(expired(timers, 299), [7]);
  t.deepEqual(expired(timers, 300), [5]);
  t.is(timers.size, 0);
});

test('a descriptor has one timer: setting it again moves it', (t) => {
  const timers = new Timers();
  timers.set(5, 100);
  timers.set(6, 200);
  timers.set(5, 300);
  t.is(timers.size, 2);
  t.is(timers.next(), 200);
  timers.set(5, 50);
  t.deepEqual(expired(timers, 1000), [5, 6]);
});

test('a timer that is cleared never comes, and clearing it twice harms nobody', (t) => {
  const timers = new Timers();
  timers.set(5, 100);
  timers.set(6, 200);
  timers.clear(5);
  timers.clear(5);
  timers.clear(1_000_000);
  t.is(timers.size, 1);
  t.deepEqual(expired(timers, 1000), [6]);
  timers.clear(6);
  t.is(timers.size, 0);
});

test('a descriptor whose timer came can have another', (t) => {
  const timers = new Timers();
  timers.set(0, 1);
  t.is(timers.expire(1), 0);
  timers.set(0, 2);
  t.is(timers.expire(1), -1);
  t.is(timers.expire(2), 0);
});

test('whatever is set, cleared and taken out, a sorted list agrees', (t) => {
  const fd = fc.nat(30);
  const time = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })); // often equal
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ set: fd, due: time }) },
    { weight: 2, arbitrary: fc.record({ clear: fd }) },
    { weight: 1, arbitrary: fc.record({ now: time }) },
  );
  always(
    t,
    300,
    fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (actions) => {
      const timers = new Timers();
      let model: { fd: number; due: number }[] = [];
      for (const one of [...actions, { now: Number.POSITIVE_INFINITY }]) {
        if ('now' in one) {
          // Which of several that are due at the same time comes first is nobody's business.
          const due = model.filter((timer) => timer.due <= one.now).sort((a, b) => a.due - b.due);
          const fds = expired(timers, one.now);
          assert.deepEqual(
            fds.map((fd) => model.find((timer) => timer.fd === fd)?.due),
            due.map((timer) => timer.due),
          );
          assert.equal(new Set(fds).size, fds.length);
          model = model.filter((timer) => timer.due > one.now);
        } else {
          const changed = 'set' in one ? one.set : one.clear;
          model = model.filter((timer) => timer.fd !== changed);
          if ('set' in one) {
            model.push({ fd: one.set, due: one.due });
            timers.set(one.set, one.due);
          } else timers.clear(one.clear);
        }
        assert.equal(timers.size, model.length);
        assert.equal(timers.next(), Math.min(...model.map((timer) => timer.due)));
      }
    }),
  );
});
