/** A fault in a text, or in what it shows, ends the build with a line that says where it is. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { build, makeWorkshop } from './fixture.ts';

const first = 'chapters/01-iterative/README.md';
const faults = {
  'a region that does not exist': {
    part: './server.ts#loop',
    replacement: './server.ts#lop',
    message: `${first}:17: chapters/01-iterative/server.ts has no region "lop"; its regions are loop`,
  },
  'a snippet of a file that does not exist': {
    part: './server.ts#loop',
    replacement: './sever.ts#loop',
    message: `${first}:17: the snippet's file chapters/01-iterative/sever.ts does not exist`,
  },
  'a link to a text that does not exist': {
    part: '../02-select/README.md#limits',
    replacement: '../03-nothing/README.md',
    message: `${first}:12: dead link ../03-nothing/README.md: it does not exist (chapters/03-nothing/README.md)`,
  },
  'a link to a source file that does not exist': {
    part: '../../lib/sys/socket.ts',
    replacement: '../../lib/sys/sockets.ts',
    message: `${first}:12: dead link ../../lib/sys/sockets.ts: it does not exist (lib/sys/sockets.ts)`,
  },
  'a link to a page of the site that does not exist': {
    part: '../02-select/README.md#limits',
    replacement: '/03-nothing/',
    message: 'Found dead link /03-nothing/',
  },
  'an anchor that does not exist': {
    part: '../02-select/README.md#limits',
    replacement: '../02-select/README.md#limit',
    message: `${first}: dead anchor /02-select/#limit: 02-select/index.html has no element with the id "limit"`,
  },
};

test.serial('a link of a component that leads nowhere fails the build, too', async (t) => {
  t.timeout(120_000);
  const workshop = makeWorkshop();
  t.teardown(workshop.remove);
  const head = 'site/.vitepress/theme/StartHead.vue';
  const component = readFileSync(join(workshop.dir, head), 'utf8');
  workshop.write(head, component.replace('#a-server-in-a-minute', '#an-hour').replace('/`)', '99-nothing/`)'));
  const { code, output } = await build(workshop.dir);
  t.is(code, 1, output);
  for (const fault of ['dead anchor #an-hour: index.html has no', 'dead link /01-iterative99-nothing/: no such page']) {
    t.true(output.includes(`site/index.md: ${fault}`), output);
  }
});

for (const [name, { part, replacement, message }] of Object.entries(faults)) {
  test.serial(`${name} fails the build`, async (t) => {
    t.timeout(120_000);
    const workshop = makeWorkshop();
    t.teardown(workshop.remove);
    workshop.edit(first, part, replacement);
    const { code, output } = await build(workshop.dir);
    t.is(code, 1, output);
    t.true(output.includes(message), output);
  });
}

test.serial('a difference whose file does not exist fails the build', async (t) => {
  t.timeout(120_000);
  const workshop = makeWorkshop();
  t.teardown(workshop.remove);
  rmSync(join(workshop.dir, 'solutions/01-lines/solution.ts'));
  const { code, output } = await build(workshop.dir);
  t.is(code, 1, output);
  const broken = 'exercises/01-lines/README.md:1: the difference "solution" is broken';
  t.true(output.includes(`${broken}: solutions/01-lines/solution.ts does not exist`), output);
});
