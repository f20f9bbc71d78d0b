/** When connections ask: the open and the closed loop, by a clock that a test sets. */

import test from 'ava';
import { Clock } from './clock.ts';
import { Closed } from './closed.ts';
import { Open } from './open.ts';
import { Trickle } from './trickle.ts';

/** A clock that stands until it is set. */
class Standing extends Clock {
  time = 0;

  override get now(): number {
    return this.time;
  }
}

/** What a pace has asked: connection, when it was sent, when it was due. */
function watch(): { clock: Standing; sent: [number, number, number][]; ask: (connection: number) => void } {
  const clock = new Standing();
  const sent: [number, number, number][] = [];
  return { clock, sent, ask: (connection) => sent.push([connection, clock.time, clock.due]) };
}

/** What wakes the loop after a turn; Infinity where nothing does. */
function turn(pace: Open | Closed, clock: Standing): number {
  clock.wake = Number.POSITIVE_INFINITY;
  pace.turn();
  return clock.wake;
}

test('open: requests go out when they are due, from whoever has rested longest', (t) => {
  const { clock, sent, ask } = watch();
  const pace = new Open(3, 1, ask, clock);
  for (const connection of [2, 0, 1]) pace.answered(connection, 1);
  pace.begin(1000, 5000);
  t.is(turn(pace, clock), 1000);
  clock.time = 2100;
  t.is(turn(pace, clock), 3000);
  t.deepEqual(sent, [
    [2, 0, 0],
    [0, 2100, 1000],
    [1, 2100, 2000],
  ]);
});

test('open: what a stall has held up counts from when it was due', (t) => {
  const { clock, sent, ask } = watch();
  const pace = new Open(1, 1, ask, clock);
  pace.answered(0, 1);
  pace.begin(1000, 10_000);
  turn(pace, clock);
  clock.time = 5500; // the answer to the first comes now
  pace.answered(0, 1);
  turn(pace, clock);
  pace.answered(0, 1);
  turn(pace, clock);
  t.deepEqual(sent, [
    [0, 0, 0],
    [0, 5500, 1000],
    [0, 5500, 2000],
  ]);
  const late: number[] = [];
  clock.time = 8000;
  t.is(
    pace.unsent((ticks) => late.push(ticks / 4)),
    6,
  );
  t.deepEqual(late, [5000, 4000, 3000, 2000, 1000, 0], 'those of 3, 4, 5, 6, 7 and 8 ms');
});

test('open: a connection that is gone is not asked, and no request is lost by that', (t) => {
  const { clock, sent, ask } = watch();
  const pace = new Open(2, 2, ask, clock);
  for (const connection of [0, 1]) {
    t.is(pace.first(connection), 1);
    pace.answered(connection, 1);
  }
  pace.gone(0);
  pace.begin(1000, 3000);
  clock.time = 3000;
  turn(pace, clock);
  t.deepEqual(
    sent.map(([connection]) => connection),
    [1, 1],
  );
});

test('closed: as many as are answered, until each has sent its own', (t) => {
  const { clock, ask } = watch();
  const pace = new Closed(1, 4, 7, 0, ask, clock);
  t.is(pace.first(0), 4);
  t.is(pace.answered(0, 2), 2);
  t.false(pace.finished(0));
  t.is(pace.answered(0, 4), 1);
  t.true(pace.finished(0));
  t.is(pace.answered(0, 1), 0);
});

test('closed: who thinks asks later, in the order in which they began', (t) => {
  const { clock, sent, ask } = watch();
  const pace = new Closed(3, 1, 2, 1000, ask, clock);
  for (const connection of [0, 1, 2]) t.is(pace.first(connection), 1);
  t.is(pace.answered(1, 1), 0);
  clock.time = 400;
  t.is(pace.answered(0, 1), 0);
  pace.answered(2, 1);
  t.false(pace.finished(2));
  pace.gone(2);
  t.is(turn(pace, clock), 1000);
  clock.time = 1000;
  t.is(turn(pace, clock), 1400);
  clock.time = 1500;
  t.is(turn(pace, clock), Number.POSITIVE_INFINITY);
  t.deepEqual(sent, [
    [1, 1000, 1000],
    [0, 1500, 1500],
  ]);
  t.true(pace.finished(1));
});

test('closed, quiet: each asks once, and all that it may from the beginning on, until all rest', (t) => {
  const { clock, sent, ask } = watch();
  const counts: number[] = [];
  const told = (connection: number, number: number): void => {
    ask(connection);
    counts.push(number);
  };
  const pace = new Closed(3, 2, Number.POSITIVE_INFINITY, 0, told, clock, true);
  for (const connection of [0, 1, 2]) t.is(pace.first(connection), 1);
  t.is(pace.answered(1, 1), 0);
  t.is(pace.answered(2, 1), 0);
  t.deepEqual([sent, pace.finished(1)], [[], false]);
  pace.gone(2);
  clock.time = 70;
  pace.begin();
  t.deepEqual(sent, [
    [0, 70, 70],
    [1, 70, 70],
  ]);
  t.deepEqual(counts, [1, 2], 'the first has not had its answer, so one of its two is under way');
  t.is(pace.answered(1, 2), 2);
  pace.rest();
  t.is(pace.answered(1, 2), 0);
  clock.time = 90;
  pace.begin();
  t.deepEqual([sent.slice(2), counts.slice(2)], [[[1, 90, 90]], [2]]);
});

test('closed: who thinks when all rest asks when they begin again, and not before', (t) => {
  const { clock, sent, ask } = watch();
  const pace = new Closed(2, 1, Number.POSITIVE_INFINITY, 1000, ask, clock);
  for (const connection of [0, 1]) {
    pace.first(connection);
    pace.answered(connection, 1);
  }
  pace.gone(1);
  pace.rest();
  clock.time = 5000;
  t.is(turn(pace, clock), Number.POSITIVE_INFINITY);
  t.deepEqual(sent, []);
  pace.begin();
  t.deepEqual(sent, [[0, 5000, 5000]]);
});

test('slow readers: each reads its portion, and again when its pause is over, in the order in which they read', (t) => {
  const { clock } = watch();
  const trickle = new Trickle(3, 1000, 65_536, clock);
  t.is(trickle.portion, 100);
  trickle.pause(2);
  clock.time = 30_000;
  trickle.pause(0);
  clock.wake = Number.POSITIVE_INFINITY;
  t.is(trickle.next(), -1);
  t.deepEqual([clock.wake, trickle.pauses(2), trickle.pauses(1)], [100_000, true, false]);
  clock.time = 100_000;
  t.deepEqual([trickle.next(), trickle.next(), trickle.pauses(2), trickle.pauses(0)], [2, -1, false, true]);
  trickle.end();
  t.deepEqual([trickle.next(), trickle.next()], [0, -1]);
  t.is(new Trickle(1, 5, 65_536, clock).portion, 1);
  t.is(new Trickle(1, 1e9, 65_536, clock).portion, 65_536);
});
