/** The arithmetic of descriptors, processes and ports. */

import test from 'ava';
import { NotEnough, OWN_DESCRIPTORS, plan } from './limits.ts';

const limits = { descriptors: 20_000, ports: 28_232 };
const here = [{ host: '127.0.0.1', port: 8090 }];
const there = [{ host: '192.0.2.1', port: 8090 }];
const each = limits.descriptors - OWN_DESCRIPTORS;

test('few connections are one process, from the address that the kernel chooses', (t) => {
  t.deepEqual(plan(1000, undefined, here, limits), { shares: [1000], sources: 0, words: undefined });
  t.deepEqual(plan(10, 3, here, limits).shares, [4, 3, 3]);
});

test('as many processes as the descriptors take, and the arithmetic is said', (t) => {
  t.is(plan(each, undefined, here, limits).shares.length, 1);
  t.is(plan(each + 1, undefined, here, limits).shares.length, 2);
  const { shares, sources, words } = plan(100_000, undefined, here, limits);
  t.deepEqual(shares, [16_667, 16_667, 16_667, 16_667, 16_666, 16_666]);
  t.is(sources, 2);
  t.is(
    words,
    'a process may have 20,000 descriptors (ulimit -Hn) and needs 48 itself, so 6 processes with 16,667 connections each, ' +
      'from 12 addresses',
  );
});

test('what was asked for and is not enough is refused, with what would do', (t) => {
  t.throws(() => plan(50_000, 2, here, limits), {
    instanceOf: NotEnough,
    message: /2 processes × 19,952 = 39,904 connections, not 50,000; --processes 3 would do, or a higher limit$/,
  });
  t.throws(() => plan(4_000_000, undefined, here, { ...limits, descriptors: 1024 }), {
    message: /are too many: .*1,024/,
  });
  t.throws(() => plan(1, undefined, here, { ...limits, descriptors: 48 }), { instanceOf: NotEnough });
});

test('only towards 127.0.0.0/8 there are more connections than ports', (t) => {
  t.throws(() => plan(30_000, undefined, there, limits), { instanceOf: NotEnough, message: /28,232 \(net\.ipv4/ });
  t.is(plan(28_000, undefined, there, limits).sources, 0);
  const two = [
    { host: '192.0.2.1', port: 1 },
    { host: '192.0.2.1', port: 2 },
  ];
  t.is(plan(40_000, undefined, two, limits).shares.length, 3);
  t.is(plan(60_000, undefined, [{ path: '/run/a.sock' }], limits).sources, 0);
});
