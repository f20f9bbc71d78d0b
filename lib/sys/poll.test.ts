/** The array of pollfds, against a plain map, and poll on it. */

import test from 'ava';
import fc from 'fast-check';
import { EINTR } from './errors.ts';
import { Descriptors, interrupted } from './fixtures/resources.ts';
import { O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, PollFds, poll } from './poll.ts';
import { accept4, connect, getsockname, openListener, SHUT_WR, setResetOnClose, shutdown, socket } from './socket.ts';

const memory = Memory.allocate(65_536);

/** The entries, as whoever goes through the array finds them: by descriptor what is wanted and what was found. */
function entries(fds: PollFds): [number, { events: number; revents: number }][] {
  return Array.from({ length: fds.length }, (_, i) => [fds.fd(i), { events: fds.events(i), revents: fds.revents(i) }]);
}

/** What poll() tells now, by descriptor. */
function report(t: { is(actual: number, expected: number): void }, fds: PollFds): Record<number, number> {
  const count = poll(fds, 0);
  const told = entries(fds).flatMap(([fd, { revents }]) => (revents === 0 ? [] : [[fd, revents] as const]));
  t.is(count, told.length);
  return Object.fromEntries(told);
}

/** Writes into the array what poll() would. */
function tell(fds: PollFds, i: number, revents: number): void {
  fds.memory.bytes.writeInt16LE(revents, i * 8 + 6);
}

test('an array holds what a plain map holds, without a gap, whatever is put in, changed and taken out', (t) => {
  const fd = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3000 }));
  const change = fc.oneof(
    { weight: 3, arbitrary: fc.record({ fd, events: fc.constantFrom(0, POLLIN, POLLOUT, POLLIN | POLLOUT) }) },
    { weight: 2, arbitrary: fc.record({ fd, remove: fc.constant(true) }) },
    { weight: 1, arbitrary: fc.record({ told: fc.nat(), revents: fc.constantFrom(POLLIN, POLLHUP, POLLNVAL) }) },
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300, size: 'max' }), (changes) => {
      const fds = new PollFds();
      const plain = new Map<number, { events: number; revents: number }>();
      for (const one of changes) {
        if ('told' in one) {
          if (fds.length === 0) continue;
          const i = one.told % fds.length;
          tell(fds, i, one.revents);
          plain.get(fds.fd(i))!.revents = one.revents;
        } else if ('remove' in one) {
          fds.remove(one.fd);
          plain.delete(one.fd);
        } else {
          fds.set(one.fd, one.events);
          plain.set(one.fd, { events: one.events, revents: plain.get(one.fd)?.revents ?? 0 });
        }
        t.is(fds.length, plain.size);
      }
      t.deepEqual(Object.fromEntries(entries(fds)), Object.fromEntries(plain));
    }),
  );
});

test('an array grows, and keeps what it holds', (t) => {
  const fds = new PollFds();
  for (let fd = 5000; fd > 0; fd--) fds.set(fd, POLLIN);
  t.is(fds.length, 5000);
  for (let fd = 1; fd <= 5000; fd += 2) fds.remove(fd);
  const held = entries(fds)
    .map(([fd]) => fd)
    .sort((a, b) => a - b);
  t.deepEqual(
    held,
    Array.from({ length: 2500 }, (_, i) => 2 * (i + 1)),
  );
});

test('only the last entry moves when one is taken out', (t) => {
  const fds = new PollFds();
  for (const fd of [10, 11, 12, 13]) fds.set(fd, POLLIN);
  fds.remove(11);
  t.deepEqual(
    entries(fds).map(([fd]) => fd),
    [10, 13, 12],
  );
  fds.remove(12);
  t.deepEqual(
    entries(fds).map(([fd]) => fd),
    [10, 13],
  );
});

test('who goes from the end to the front meets each entry that was told of once, whoever is taken out on the way', (t) => {
  const entry = fc.record({ told: fc.boolean(), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30, size: 'max' }), fc.array(fc.nat({ max: 30 })), (all, newcomers) => {
      const fds = new PollFds();
      all.forEach((_, fd) => {
        fds.set(fd, POLLIN);
      });
      all.forEach(({ told }, i) => {
        tell(fds, i, told ? POLLIN : 0);
      });
      const met: number[] = [];
      for (let i = fds.length - 1; i >= 0; i--) {
        if (fds.revents(i) === 0) continue;
        const fd = fds.fd(i);
        met.push(fd);
        if (all[fd]!.leaves) fds.remove(fd);
        if (newcomers.includes(fd)) fds.set(1000 + fd, POLLIN); // nothing was told of it
      }
      const told = all.flatMap((one, fd) => (one.told ? [fd] : []));
      t.deepEqual(met, told.reverse());
    }),
  );
});

test('poll tells of the descriptors that are ready, each with its own events, and counts them', (t) => {
  const fds = new Descriptors(t);
  const pipes = Array.from({ length: 6 }, () => fds.pipe(O_NONBLOCK));
  fc.assert(
    fc.property(fc.subarray(pipes), fc.subarray(pipes), fc.subarray(pipes), (filled, full, ignored) => {
      const all = new PollFds();
      const expected: Record<number, number> = {};
      for (const pipe of pipes) {
        const [reading, writing] = pipe;
        while (read(reading, memory, 0, memory.length) > 0) {}
        if (filled.includes(pipe)) write(writing, memory, 0, 1);
        if (full.includes(pipe)) while (write(writing, memory, 0, memory.length) > 0) {}
        const wanted = !ignored.includes(pipe);
        all.set(reading, wanted ? POLLIN : 0);
        all.set(writing, wanted ? POLLOUT : 0);
        if (wanted && (filled.includes(pipe) || full.includes(pipe))) expected[reading] = POLLIN;
        if (wanted && !full.includes(pipe)) expected[writing] = POLLOUT;
      }
      t.deepEqual(report(t, all), expected);
    }),
  );
});

test('poll returns 0 when the time is over, and forgets what it told before', (t) => {
  const [reading, writing] = new Descriptors(t).pipe();
  const fds = new PollFds();
  fds.set(reading, POLLIN);
  write(writing, memory, 0, 1);
  t.is(poll(fds, -1), 1);
  t.is(read(reading, memory, 0, 1), 1);
  for (const milliseconds of [0, 1, 20]) {
    const began = performance.now();
    t.is(poll(fds, milliseconds), 0);
    t.true(performance.now() - began >= milliseconds);
    t.is(fds.revents(0), 0);
  }
});

test('poll tells of a hang-up and of an error although nothing was wanted', (t) => {
  const open = new Descriptors(t);
  const [[deserted, gone], [left, orphan]] = [open.pipe(), open.pipe()];
  const fds = new PollFds();
  for (const fd of [deserted, orphan]) fds.set(fd, 0);
  t.deepEqual(report(t, fds), {});
  open.close(gone);
  open.close(left);
  t.deepEqual(report(t, fds), { [deserted]: POLLHUP, [orphan]: POLLERR });
});

test('poll tells, unasked, of a client that has sent a reset, and not of one that has ended its side', (t) => {
  const open = new Descriptors(t);
  const listener = open.keep(openListener({ host: '127.0.0.1', port: 0 }));
  const fds = new PollFds();
  const client = open.keep(socket(2, 1, 0));
  t.is(connect(client, getsockname(listener)), 0);
  const served = open.keep(accept4(listener, 0));
  fds.set(served, 0);
  t.is(shutdown(client, SHUT_WR), 0);
  fds.set(served, POLLIN);
  t.is(poll(fds, -1), 1); // the end has come
  t.is(fds.revents(0), POLLIN);
  fds.set(served, 0);
  t.deepEqual(report(t, fds), {});
  setResetOnClose(client);
  open.close(client);
  t.is(poll(fds, -1), 1);
  t.is(fds.revents(0) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
  t.is(fds.revents(0) & (POLLIN | POLLOUT), 0);
});

test('a descriptor that is not open gets POLLNVAL, and the others are told of all the same', (t) => {
  const open = new Descriptors(t);
  const [reading, writing] = open.pipe();
  const [closed] = open.pipe();
  open.close(closed);
  const fds = new PollFds();
  fds.set(closed, POLLIN);
  fds.set(reading, POLLIN);
  write(writing, memory, 0, 1);
  t.deepEqual(report(t, fds), { [closed]: POLLNVAL, [reading]: POLLIN });
});

for (const call of ['poll', 'ppoll']) {
  test(`a signal that has a handler ends ${call} with -EINTR`, async (t) => {
    t.is(await interrupted(t, call), `${-EINTR}\n`);
  });
}
