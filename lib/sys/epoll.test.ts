/** epoll: who is reported, and when again. */

import test from 'ava';
import fc from 'fast-check';
import * as ep from './epoll.ts';
import { check, EBADF, EINTR, EINVAL, SystemError } from './errors.ts';
import { Descriptors, flags, interrupted } from './fixtures/resources.ts';
import { O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { SHUT_WR, shutdown } from './socket.ts';

const { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, EPOLLERR, EPOLLET, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP } = ep;
const memory = Memory.allocate(65_536);

/** An epoll instance, and what it reports now: the descriptors with their events. */
class Epoll {
  readonly fd: number;
  readonly #events: ep.EpollEvents;

  constructor(fds: Descriptors, capacity = 16) {
    this.fd = fds.keep(ep.epoll_create1(ep.EPOLL_CLOEXEC));
    this.#events = new ep.EpollEvents(capacity);
  }

  control(operation: number, fd: number, events = 0): number {
    return ep.epoll_ctl(this.fd, operation, fd, events);
  }

  report(milliseconds = 0): Record<number, number> {
    const count = check(ep.epoll_wait(this.fd, this.#events, milliseconds), 'epoll_wait');
    const pairs = Array.from({ length: count }, (_, i) => [this.#events.fd(i), this.#events.events(i)] as const);
    return Object.fromEntries(pairs);
  }
}

test('of many descriptors exactly those are reported that are ready, each with its own number and events', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds, 64);
  const pairs = Array.from({ length: 20 }, () => fds.socketpair(O_NONBLOCK));
  for (const [one] of pairs) t.is(epoll.control(EPOLL_CTL_ADD, one, EPOLLIN), 0);
  fc.assert(
    fc.property(fc.subarray(pairs), fc.subarray(pairs), (sent, watched) => {
      for (const pair of pairs) {
        const [one, other] = pair;
        while (read(one, memory, 0, memory.length) > 0) {}
        if (sent.includes(pair)) t.is(write(other, memory, 0, 1), 1);
        t.is(epoll.control(EPOLL_CTL_MOD, one, watched.includes(pair) ? EPOLLIN | EPOLLOUT : EPOLLIN), 0);
      }
      const expected = pairs.flatMap((pair) => {
        const events = (sent.includes(pair) ? EPOLLIN : 0) | (watched.includes(pair) ? EPOLLOUT : 0);
        return events === 0 ? [] : [[pair[0], events]];
      });
      t.deepEqual(epoll.report(), Object.fromEntries(expected));
    }),
  );
});

test('level-triggered, a descriptor is reported again as long as it is ready', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const [reading, writing] = fds.pipe();
  epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN);
  t.deepEqual(epoll.report(), {});
  write(writing, memory, 0, 2);
  for (let i = 0; i < 3; i++) t.deepEqual(epoll.report(-1), { [reading]: EPOLLIN });
  t.is(read(reading, memory, 0, 1), 1);
  t.deepEqual(epoll.report(-1), { [reading]: EPOLLIN }); // one byte is left
  t.is(read(reading, memory, 0, 1), 1);
  t.deepEqual(epoll.report(), {});
});

test('edge-triggered, a descriptor is reported once each time something comes, though it stays ready', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const [reading, writing] = fds.pipe();
  t.is(epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN | EPOLLET), 0);
  for (let i = 0; i < 2; i++) {
    write(writing, memory, 0, 2);
    t.deepEqual(epoll.report(-1), { [reading]: EPOLLIN });
    t.deepEqual(epoll.report(), {});
    t.is(read(reading, memory, 0, 1), 1);
    t.deepEqual(epoll.report(), {}); // there is more to read, and nobody tells
  }
  epoll.control(EPOLL_CTL_MOD, reading, EPOLLIN | EPOLLET);
  t.deepEqual(epoll.report(), { [reading]: EPOLLIN }); // who asks anew is told anew
});

test('edge-triggered, room to write is reported when it comes, not as long as there is some', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const [reading, writing] = fds.pipe(O_NONBLOCK);
  epoll.control(EPOLL_CTL_ADD, writing, EPOLLOUT | EPOLLET);
  t.deepEqual(epoll.report(), { [writing]: EPOLLOUT });
  t.deepEqual(epoll.report(), {});
  while (write(writing, memory, 0, memory.length) > 0) {}
  t.deepEqual(epoll.report(), {});
  while (read(reading, memory, 0, memory.length) > 0) {}
  t.deepEqual(epoll.report(), { [writing]: EPOLLOUT });
});

test('a descriptor may be changed and taken out again', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const [one, other] = fds.socketpair();
  write(other, memory, 0, 1);
  epoll.control(EPOLL_CTL_ADD, one, 0);
  t.deepEqual(epoll.report(), {});
  t.is(epoll.control(EPOLL_CTL_MOD, one, EPOLLIN), 0);
  t.deepEqual(epoll.report(), { [one]: EPOLLIN });
  t.is(epoll.control(EPOLL_CTL_DEL, one), 0);
  t.deepEqual(epoll.report(), {});
});

test('the end of a peer is told: half-closed as EPOLLRDHUP, gone as EPOLLHUP as well, a reader less as EPOLLERR', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const [one, other] = fds.socketpair();
  epoll.control(EPOLL_CTL_ADD, one, EPOLLIN | EPOLLRDHUP);
  shutdown(other, SHUT_WR);
  t.deepEqual(epoll.report(), { [one]: EPOLLIN | EPOLLRDHUP });
  fds.close(other);
  t.deepEqual(epoll.report(), { [one]: EPOLLIN | EPOLLRDHUP | EPOLLHUP });
  fds.close(one);
  t.deepEqual(epoll.report(), {}); // a closed descriptor leaves the set by itself

  const [reading, writing] = fds.pipe();
  epoll.control(EPOLL_CTL_ADD, writing, 0); // errors come unasked
  fds.close(reading);
  t.deepEqual(epoll.report(), { [writing]: EPOLLERR });
});

test('more that are ready than there is room for take turns', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds, 2);
  const readings = Array.from({ length: 6 }, () => {
    const [reading, writing] = fds.pipe();
    write(writing, memory, 0, 1);
    epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN);
    return reading;
  });
  const turns = [epoll.report(), epoll.report(), epoll.report()].map((turn) => Object.keys(turn).map(Number));
  t.deepEqual(
    turns.map((turn) => turn.length),
    [2, 2, 2],
  );
  t.deepEqual(
    turns.flat().sort((a, b) => a - b),
    readings.sort((a, b) => a - b),
  );
});

test('of several epoll instances that watch one descriptor exclusively, at least one is told', (t) => {
  const fds = new Descriptors(t);
  const instances = [new Epoll(fds), new Epoll(fds)];
  const [reading, writing] = fds.pipe();
  for (const epoll of instances) t.is(epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN | ep.EPOLLEXCLUSIVE), 0);
  t.is(instances[0]!.control(EPOLL_CTL_MOD, reading, EPOLLIN), -EINVAL); // not to be modified, epoll_ctl(2)
  write(writing, memory, 0, 1);
  t.true(instances.some((epoll) => reading in epoll.report()));
});

test('an epoll instance closes on exec', (t) => {
  t.not(flags('self', new Epoll(new Descriptors(t)).fd)! & O_CLOEXEC, 0);
});

test('failures are negative errnos', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const [reading] = fds.pipe();
  const code = (result: number): string => new SystemError(result, 'epoll_ctl').code;
  t.is(epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN), 0);
  t.is(code(epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN)), 'EEXIST');
  t.is(code(epoll.control(EPOLL_CTL_MOD, epoll.fd, EPOLLIN)), 'EINVAL');
  t.is(epoll.control(EPOLL_CTL_DEL, reading), 0);
  t.is(code(epoll.control(EPOLL_CTL_DEL, reading)), 'ENOENT');
  t.is(epoll.control(EPOLL_CTL_ADD, -1, EPOLLIN), -EBADF);
  t.is(ep.epoll_wait(-1, new ep.EpollEvents(1), 0), -EBADF);
  t.is(ep.epoll_wait(epoll.fd, new ep.EpollEvents(0), 0), -EINVAL);
  t.is(ep.epoll_create1(1), -EINVAL);
});

test('epoll_pwait2 waits for microseconds, and reports as epoll_wait does', (t) => {
  const fds = new Descriptors(t);
  const epoll = new Epoll(fds);
  const events = new ep.EpollEvents(4);
  const [reading, writing] = fds.pipe();
  epoll.control(EPOLL_CTL_ADD, reading, EPOLLIN);
  for (const microseconds of [0, 0.25, 1, 999_999.9999 / 1e3, 1_000_001 / 1e3]) {
    const began = performance.now();
    t.is(ep.epoll_pwait2(epoll.fd, events, microseconds), 0);
    t.true((performance.now() - began) * 1000 >= microseconds - 1, 'never shorter');
  }
  write(writing, memory, 0, 1);
  t.is(ep.epoll_pwait2(epoll.fd, events, 2e9), 1);
  t.deepEqual([events.fd(0), events.events(0)], [reading, EPOLLIN]);
  t.is(ep.epoll_pwait2(-1, events, 0), -EBADF);
  t.is(ep.epoll_pwait2(epoll.fd, new ep.EpollEvents(0), 0), -EINVAL);
});

test('a signal that has a handler ends epoll_wait with -EINTR', async (t) => {
  t.is(await interrupted(t, 'epoll_wait'), `${-EINTR}\n`);
});
