/** The table of system calls: what is read from a source, and that no server makes a call which the table lacks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readChapters } from '../chapters/chapters.ts';
import { ask } from '../lib/testing/client.ts';
import { Traced } from '../lib/testing/traced.ts';
import { callFamilies, takeSource } from './calls.ts';
import { root } from './root.ts';

const families = callFamilies(root, readChapters(root));
const calls = families.flatMap((family) => family.calls);
const callers = (name: string): string[] =>
  calls.find((call) => call.name === name)?.named.map(({ name }) => name) ?? [];

test('a source is taken apart into what its declarations name, without types, comments and strings', (t) => {
  const { declarations, imports } = takeSource(
    'chapters/09-epoll/server.ts',
    `/** read */
import { close as shut, read } from '../../lib/sys/io.ts';
import type { Memory } from '../../lib/sys/memory.ts';
import * as io from '../../lib/sys/uring.ts';
const libcRead = libc('read', 'long', ['int']);
export function take(memory: Memory): string {
  // shut
  return 'shut' + io.io_uring_enter(read(memory));
}
export const end = shut;
`,
  );
  t.deepEqual(Object.fromEntries(imports), {
    shut: { file: 'lib/sys/io.ts', name: 'close' },
    read: { file: 'lib/sys/io.ts', name: 'read' },
    io: { file: 'lib/sys/uring.ts', name: '*' },
  });
  t.deepEqual([...declarations.keys()], ['libcRead', 'take', 'end']);
  t.deepEqual(declarations.get('libcRead')?.binds, ['read']);
  const names = declarations.get('take')?.names;
  t.true(names?.has('read') && names.has('io.io_uring_enter'));
  t.false(names?.has('shut') || names?.has('Memory'));
});

test('every function of the C library that lib/sys declares is in the table', (t) => {
  const files = readdirSync(join(root, 'lib/sys')).filter((name) => /^[\w-]+\.ts$/.test(name));
  const declared = files.flatMap((name) => [
    ...readFileSync(join(root, 'lib/sys', name), 'utf8').matchAll(/ = libc\('(\w+)'/g),
  ]);
  const names = [...new Set(declared.map((match) => match[1]!))].filter((name) => name !== 'syscall');
  t.true(names.length > 40);
  t.deepEqual(
    names.filter((name) => !calls.some((call) => call.name === name)),
    [],
  );
});

test('a call stands with the chapters whose programs name it', (t) => {
  t.deepEqual(callers('select'), ['02-select', '16-signals']);
  t.deepEqual(callers('io_uring_enter'), ['13-io-uring']);
  t.deepEqual(callers('sendmsg'), ['06-descriptor-passing']);
  t.deepEqual(callers('sendfile'), ['17-sendfile']);
  t.true(callers('epoll_wait').includes('09-epoll') && !callers('epoll_wait').includes('08-poll'));
  const read = calls.find((call) => call.name === 'read');
  t.true(
    read?.beneath.some(({ name }) => name === '02-select'),
    'the service reads for it',
  );
});

test('a call without a chapter is made by the lab', (t) => {
  const without = calls.filter(({ named, beneath }) => named.length + beneath.length === 0).map(({ name }) => name);
  const lab = callFamilies(root, [{ name: '../lab/load', title: 'lab load' }]).flatMap((family) => family.calls);
  t.deepEqual(
    without.filter((name) => !lab.some((call) => call.name === name && call.named.length + call.beneath.length > 0)),
    [],
  );
});

for (const chapter of ['01-iterative', '02-select', '05-prefork', '09-epoll', '12-coroutines', '13-io-uring']) {
  test(`whatever ${chapter} calls in a run, the table has it`, async (t) => {
    const traced = await Traced.launch(`chapters/${chapter}/server.ts`);
    t.teardown(() => traced.kill());
    t.is(await ask(t, traced.server, 'PING\n'), 'PONG\n');
    const made = [...new Set(traced.calls().map(({ call }) => call))];
    t.true(made.length > 3);
    const known = calls
      .filter(({ named, beneath }) => [...named, ...beneath].some(({ name }) => name === chapter))
      .map(({ name }) => name);
    t.deepEqual(
      made.filter((call) => !known.includes(call)),
      [],
    );
  });
}
