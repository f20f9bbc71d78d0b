/** From what V8 and perf say to frames, on profiles that are made up; and whether somebody would see a page. */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { add, type Frame, frame, hottest, tidy } from './frames.ts';
import type { Profile } from './inspector.ts';
import { Sources } from './names.ts';
import { hasDisplay } from './open.ts';
import { perfTrees } from './perf-script.ts';
import { ROOT } from './target.ts';
import { treeOf } from './v8.ts';

const url = (path: string): string => pathToFileURL(`${ROOT}${path}`).href;
const root = { name: 'main thread', at: '', kind: 'program' } as const;

/** A tree in a few words: `a 10 (b 4, c 6)`. */
function words({ name, value, children }: Frame): string {
  return `${name} ${value}${children.length > 0 ? ` (${children.map(words).join(', ')})` : ''}`;
}

/** A profile: functions by name, script and children, and how long V8 saw which of them. */
function profile(functions: readonly [string, string, number[]][], samples: readonly [number, number][]): Profile {
  const nodes = functions.map(([functionName, script, children], id) => ({
    id,
    callFrame: { functionName, scriptId: '0', url: script, lineNumber: 4, columnNumber: 0 },
    children,
  }));
  const deltas = samples.map(([, time]) => time);
  return { nodes, startTime: 1000, endTime: 2000, samples: samples.map(([id]) => id), timeDeltas: [0, ...deltas] };
}

test('a sample lasts until the next one, and counts for all who stand on it', (t) => {
  const [a, b] = [url('chapters/09-epoll/server.ts'), url('lib/loop/level.ts')];
  const made = profile(
    [
      ['(root)', '', [1, 4]],
      ['serve', a, [2, 3]],
      ['told', b, []],
      ['wake', b, []],
      ['(garbage collector)', '', []],
    ],
    [
      [2, 5],
      [3, 7],
      [1, 1],
      [4, 2],
      [2, 4],
    ],
  );
  const tree = treeOf(made, new Sources(), root);
  t.is(words(tree), 'main thread 19 (serve 17 (told 9, wake 7), garbage collection 2)');
  t.is(
    words(treeOf(made, new Sources(), root, 1005)),
    'main thread 14 (serve 12 (wake 7, told 4), garbage collection 2)',
  );
  t.deepEqual(
    tree.children[0]!.children.map(({ at, kind }) => [at, kind]),
    [
      ['lib/loop/level.ts:5', 'lib'],
      ['lib/loop/level.ts:5', 'lib'],
    ],
  );
});

test('what is native under the project is koffi, whatever V8 calls it; and what starts Node is left out', (t) => {
  const made = profile(
    [
      ['(root)', '', [1]],
      ['run', 'node:internal/modules', [2]],
      ['serve', url('chapters/09-epoll/server.ts'), [3]],
      ['getsockname', '', []],
    ],
    [[3, 5]],
  );
  t.is(words(treeOf(made, new Sources(), root)), 'main thread 5 (serve 5 (koffi 5))');
});

test('an arrow function that lib/sys hands to traced() has the name of its call', (t) => {
  const sources = new Sources();
  for (const [file, name] of [
    ['lib/sys/io.ts', 'read'],
    ['lib/sys/epoll.ts', 'epoll_wait'],
  ] as const) {
    const before = new RegExp(`^[\\s\\S]*traced\\(\\s*'${name}',\\s*(?=\\()`).exec(
      readFileSync(`${ROOT}${file}`, 'utf8'),
    )![0];
    const line = before.split('\n').length - 1;
    const place = sources.place('', url(file), line, before.length - before.lastIndexOf('\n') - 1);
    t.deepEqual(place, { name, at: `${file}:${line + 1}`, kind: 'call' });
  }
  t.is(sources.place('', url('lib/sys/io.ts'), 2, 4).name, '(anonymous)');
  t.deepEqual(sources.place('', url('chapters/09-epoll/server.ts'), 0, 0).name, 'server.ts');
  t.deepEqual(sources.place('', url('node_modules/.cache/ten-thousand-sockets/child-0123456789ab.mjs'), 0, 0), {
    name: 'child.ts',
    at: '',
    kind: 'program',
  });
});

test('a source map leads from what was compiled to what was written', (t) => {
  const sources = new Sources();
  // Line 1, column 10 of the bundle is line 3, column 2 of lib/service/burn.ts.
  const map = { version: 3, sources: ['lib/service/burn.ts'], names: [], mappings: 'UAEE' };
  const bundle = url('node_modules/.cache/ten-thousand-sockets/burner-0123456789ab.mjs');
  sources.add(bundle, `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`);
  t.deepEqual(sources.place('burn', bundle, 0, 10), { name: 'burn', at: 'lib/service/burn.ts:3', kind: 'lib' });
});

test('stacks of perf become trees: threads with and without JavaScript, the kernel, what koffi hides', (t) => {
  const server = url('chapters/09-epoll/server.ts');
  const script = [
    '7/7 ',
    '\tffffffff81 tcp_sendmsg ([kernel.kallsyms])',
    '\t7f00 __GI___libc_write (/usr/lib/libc.so.6)',
    '\t7f01 [unknown] (/x/koffi.node)',
    '\t7f02 [unknown] ([unknown])',
    '\t7f03 node::Start (/usr/bin/node)',
    '',
    '7/7 ',
    `\t3e01 JS:*serve ${server}:5:1 (/tmp/perf-7.map)`,
    '\t7f03 node::Start (/usr/bin/node)',
    '\t7f0b __libc_start_call_main (/usr/lib/libc.so.6)',
    '',
    '7/9 ',
    '\t7f09 v8::Task (/usr/bin/node)',
    '\t7f0a start_thread (/usr/lib/libc.so.6)',
    '',
    '8/8 ',
    `\t3e01 JS:~serve ${server}:5:1 (/tmp/perf-8.map)`,
    '',
  ].join('\n');
  const names = new Map([
    [7, ''],
    [8, 'process 8, child.ts'],
  ]);
  t.deepEqual(perfTrees(script, 10, new Sources(), names).map(words), [
    'main thread 20 (koffi 10 (write 10 (tcp_sendmsg 10)), serve 10)',
    "Node's own threads 10 (start_thread 10 (v8::Task 10))",
    'process 8, child.ts 10 (serve 10)',
  ]);
});

test('what is too narrow to be seen is left out, and the widest come first', (t) => {
  const tree = frame(root);
  for (const [name, value] of [
    ['thin', 1],
    ['wide', 9000],
    ['wider', 90_000],
  ] as const) {
    add(tree, [{ name, at: '', kind: 'lib' }], value);
  }
  t.is(words(tidy(tree)), 'main thread 99001 (wider 90000, wide 9000)');
  t.deepEqual(
    hottest(tree).map(({ name, own }) => [name, own]),
    [
      ['wider', 90_000],
      ['wide', 9000],
      ['thin', 1],
    ],
  );
});

test('a page is opened for somebody at a terminal with a display, and for nobody else', (t) => {
  t.true(hasDisplay(true, { DISPLAY: ':0' }));
  t.true(hasDisplay(true, { WAYLAND_DISPLAY: 'wayland-0' }));
  t.false(hasDisplay(false, { DISPLAY: ':0' }));
  t.false(hasDisplay(true, {}));
  t.false(hasDisplay(true, { DISPLAY: '' }));
  t.false(hasDisplay(true, { DISPLAY: ':0', CI: 'true' }));
});
