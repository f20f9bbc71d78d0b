/** Accepting: all that wait, one that is waited for, and neither when there is no descriptor left. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { acceptAll, acceptBlocking, passing } from './accept.ts';
import { AF_INET } from './address.ts';
import { check, EINVAL, EMFILE, SystemError } from './errors.ts';
import { Descriptors, flags, outcome, program, start, temporaryDirectory } from './fixtures/resources.ts';
import { O_CLOEXEC, O_NONBLOCK } from './io.ts';
import * as s from './socket.ts';
import type { TraceRecord } from './trace.ts';

/** A listener, and so many clients in its backlog. */
function waiting(t: ExecutionContext, clients: number, nonblocking: boolean): { fds: Descriptors; listener: number } {
  const fds = new Descriptors(t);
  const listener = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }, { nonblocking }));
  const address = s.getsockname(listener);
  for (let i = 0; i < clients; i++) {
    const client = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
    check(s.connect(client, address), 'connect');
  }
  return { fds, listener };
}

test('acceptAll takes all who wait, non-blocking and closed on exec, and then nobody', (t) => {
  const { fds, listener } = waiting(t, 5, true);
  const opened: number[] = [];
  const look = (): boolean => acceptAll(listener, (fd) => opened.push(fds.keep(fd)));
  t.true(look());
  t.is(new Set(opened).size, 5);
  for (const fd of opened) t.is(flags('self', fd)! & (O_NONBLOCK | O_CLOEXEC), O_NONBLOCK | O_CLOEXEC);
  t.true(look());
  t.is(opened.length, 5);
});

test('acceptAll lets the others have their turn after 128 connections, and takes the rest the next time', (t) => {
  const { fds, listener } = waiting(t, 130, true);
  const opened: number[] = [];
  const look = (): number => {
    t.true(acceptAll(listener, (fd) => opened.push(fds.keep(fd))));
    return opened.length;
  };
  t.is(look(), 128);
  t.is(look(), 130);
});

test('acceptAll does not go on with a listener that is done for, as it would be readable for ever', (t) => {
  const { listener } = waiting(t, 0, true);
  t.is(s.shutdown(listener, s.SHUT_RD), 0);
  const error = t.throws(() => acceptAll(listener, () => t.fail()), { instanceOf: SystemError });
  t.deepEqual([error.code, error.syscall], ['EINVAL', 'accept4']);
  t.throws(() => acceptAll(-1, () => t.fail()), { instanceOf: SystemError, code: 'EBADF' });
});

test('acceptBlocking takes one connection, blocking and closed on exec', (t) => {
  const { fds, listener } = waiting(t, 2, false);
  for (let i = 0; i < 2; i++) {
    const fd = fds.keep(acceptBlocking(listener));
    t.is(flags('self', fd)! & (O_NONBLOCK | O_CLOEXEC), O_CLOEXEC);
  }
});

test('acceptBlocking returns -EINVAL when the listener has been shut down', (t) => {
  const { listener } = waiting(t, 0, false);
  t.is(s.shutdown(listener, s.SHUT_RD), 0);
  t.is(acceptBlocking(listener), -EINVAL);
});

test('what accept(2) bids us take for EAGAIN is passed over, but for EOPNOTSUPP, which may come for ever', (t) => {
  const network = ['ENETDOWN', 'EPROTO', 'ENOPROTOOPT', 'EHOSTDOWN', 'ENONET', 'EHOSTUNREACH', 'ENETUNREACH'];
  const passes = [...getSystemErrorMap()].filter(([errno]) => passing(errno)).map(([, [name]]) => name);
  t.deepEqual(passes.sort(), [...network, 'EINTR', 'ECONNABORTED'].sort());
});

/** The words that start fixtures/exhausted.ts with so few descriptors that it can use them all up at once. */
function exhausted(...words: string[]): string[] {
  const node = program(new URL('./fixtures/exhausted.ts', import.meta.url), ...words);
  return ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh', ...node];
}

test('without a descriptor left, acceptAll says so, and a connection stays until there is one again', async (t) => {
  const { stdout, stderr } = await outcome(start(t, exhausted('all')));
  t.is(stderr, '');
  // It accepted with the first descriptor that it was given back, found none for the next, and none waiting at last.
  t.deepEqual(JSON.parse(stdout), { answers: [false, false, false, true], opened: 1 });
});

test('without a descriptor left, acceptBlocking sleeps until there is one again', async (t) => {
  const file = join(temporaryDirectory(t), 'trace');
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const child = start(t, exhausted('blocking', '--trace', file), { env });
  let ended = false;
  const end = outcome(child).finally(() => {
    ended = true;
  });

  const records = (): TraceRecord[] => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  };
  const refused = (): boolean => records().some(({ call, result }) => call === 'accept4' && result === -EMFILE);
  while (!ended && !refused()) await new Promise((resolve) => setTimeout(resolve, 5));
  child.stdin!.end('.'); // it was refused a descriptor: now it may have one

  const { stdout, stderr } = await end;
  t.is(stderr, '');
  t.deepEqual(JSON.parse(stdout), { accepted: true });
  // Between two looks it sleeps, so that it does not spin.
  const calls = records().map(({ call, result }) => (result === -EMFILE ? `${call} EMFILE` : call));
  const sleep = calls.slice(calls.indexOf('accept4 EMFILE'));
  t.is(sleep.pop(), 'accept4');
  t.deepEqual(new Set(sleep.filter((_, i) => i % 2 === 0)), new Set(['accept4 EMFILE']));
  t.deepEqual(new Set(sleep.filter((_, i) => i % 2 === 1)), new Set(['nanosleep']));
});
