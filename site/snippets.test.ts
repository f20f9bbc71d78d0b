/** The snippet check: what it finds in a text, and what it says. */
import test from 'ava';
import { checkSnippets, regionsIn, snippetsIn } from './snippets.ts';
import { describe } from './text.ts';

const file = 'chapters/09-epoll/README.md';
const source = `import a from 'b';
// #region loop
for (;;) {
  // #region accept
  accept(listener);
  // #endregion accept
}
// #endregion loop
// #region open
// #region empty
// #endregion empty
`;
const read = (path: string): string | undefined => (path === 'chapters/09-epoll/server.ts' ? source : undefined);
const check = (...lines: string[]): string[] => checkSnippets(file, lines.join('\n'), read).map(describe);

test('a snippet of a region, of a nested region and of a whole file pass', (t) => {
  t.deepEqual(check('# epoll', '<<< ./server.ts#loop', '<<< ./server.ts#accept{2 ts}', '<<< ./server.ts [all]'), []);
});

test('a snippet knows its line, its source from the root and its region', (t) => {
  t.deepEqual(snippetsIn(file, '---\ntitle: x\n---\n\n<<< ../../lib/sys/epoll.ts#wait\n<<< @/lab/a.ts'), [
    { line: 5, source: 'lib/sys/epoll.ts', region: 'wait' },
    { line: 6, source: 'lab/a.ts', region: undefined },
  ]);
});

test('a region that is not there is named with its line and with those that are', (t) => {
  t.deepEqual(check('# epoll', '', '<<< ./server.ts#lop'), [
    `${file}:3: chapters/09-epoll/server.ts has no region "lop"; its regions are loop, accept`,
  ]);
});

test('a region that is not closed, or holds nothing, is no region', (t) => {
  t.deepEqual(regionsIn(source), ['loop', 'accept']);
  t.deepEqual(regionsIn('# region setup\nulimit -n 20000\n# endregion setup\n'), ['setup']);
  t.deepEqual(regionsIn('// #region setup\nulimit\n# endregion setup\n'), []);
});

test('a file that is not there is named', (t) => {
  t.deepEqual(check('<<< ./sever.ts#loop'), [
    `${file}:1: the snippet's file chapters/09-epoll/sever.ts does not exist`,
  ]);
});

test('an included file that is not there is named', (t) => {
  t.deepEqual(check('<!--@include: ./server.ts-->', '```text', '<!--@include: ./no.md-->', '```'), []);
  t.deepEqual(check('# epoll', '<!--@include: ../../lab/no.md-->'), [
    `${file}:2: the included file lab/no.md does not exist`,
  ]);
});

test('program text typed into a fence is refused, whatever marks the fence; commands and output are not', (t) => {
  const lines = ['```sh', 'make start', '```', '~~~text', '<<< ./nothing.ts', '~~~', '```console', '$ nc', '```'];
  t.deepEqual(check(...lines), []);
  for (const [open, close, language] of [
    ['```ts', '```', 'ts'],
    ['~~~~C', '~~~~', 'c'],
    ['  ```js{1}', '  ```', 'js'],
    ['```', '```', 'no language'],
  ] as const) {
    const [problem, ...others] = check('# epoll', open, 'let a;', close);
    t.true(problem?.startsWith(`${file}:2: a fence of ${language} is typed into the text`), problem);
    t.deepEqual(others, []);
  }
});

test('snippets and fences in lists and quotes are seen', (t) => {
  const text = [
    '1. first',
    '   <<< ./sever.ts#a',
    '- ```ts',
    '  let a;',
    '  ```',
    '> ```c',
    '> int a;',
    '> ```',
    '<<< ./b.ts',
  ];
  t.deepEqual(
    checkSnippets(file, text.join('\n'), read).map((problem) => problem.line),
    [2, 3, 6, 9],
  );
});

test('a fence within a longer fence is text', (t) => {
  t.deepEqual(check('````text', '```ts', 'let a;', '```', '````', '<<< ./server.ts#loop'), []);
});
