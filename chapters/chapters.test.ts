/** The chapters' front matter: what is read from it, and what is said where it is wrong. */
import test from 'ava';
import { makeWorkshop } from '../site/fixture.ts';
import { parseChapter, readChapters } from './chapters.ts';

const traits = `traits:
  slowSender: nobody
  slowReader: nobody
  wait: nobody
  burn: everyone
  connection: nothing
  clients: descriptors
`;
const rest = 'title: epoll\ndescription: the kernel keeps the list\nminutes: 45\ninstructor:\n  - "Ask: why?"\n';
const text = (yaml: string): string => `---\n${yaml}---\n\n# epoll\n`;
const complaint = (yaml: string, hasServer = true): string[] => {
  try {
    parseChapter('09-epoll', text(yaml), hasServer);
    return [];
  } catch (error) {
    return String(error).replace('Error: ', '').split('\n');
  }
};

test('a chapter is read with its traits', (t) => {
  t.deepEqual(parseChapter('09-epoll', text(rest + traits), true), {
    name: '09-epoll',
    number: 9,
    file: 'chapters/09-epoll/README.md',
    title: 'epoll',
    description: 'the kernel keeps the list',
    minutes: 45,
    traits: {
      slowSender: 'nobody',
      slowReader: 'nobody',
      wait: 'nobody',
      burn: 'everyone',
      connection: 'nothing',
      clients: 'descriptors',
    },
    instructor: ['Ask: why?'],
  });
});

test('a missing, an unknown and a wrong key are each named with the file', (t) => {
  const file = 'chapters/09-epoll/README.md';
  t.deepEqual(complaint(rest.replace('minutes: 45', 'minute: 45') + traits), [
    `${file}: unknown key "minute"; the keys are title, description, minutes, instructor`,
    `${file}: missing key "minutes"`,
  ]);
  t.deepEqual(complaint(rest + traits.replace('burn: everyone', 'burn: all')), [
    `${file}: "traits.burn" must be one of nobody, worker, everyone, not "all"`,
  ]);
  t.deepEqual(complaint(rest + traits.replace('  wait: nobody\n', '')), [`${file}: missing key "traits.wait"`]);
  t.deepEqual(complaint(rest.replace('45', '0') + traits.replace('descriptors', '-1')), [
    `${file}: "minutes" must be a whole number > 0, not 0`,
    `${file}: "traits.clients" must be a whole number > 0, or descriptors, not -1`,
  ]);
});

test('traits are needed where a server stands beside the text, and only there', (t) => {
  t.deepEqual(complaint(rest, true), [
    'chapters/09-epoll/README.md: missing key "traits": server.ts stands beside the text',
  ]);
  t.deepEqual(complaint(rest, false), []);
});

test('front matter that is none, or no YAML, is refused', (t) => {
  t.throws(() => parseChapter('09-epoll', '# epoll\n', true), { message: /^chapters\/09-epoll\/README.md: no front/ });
  t.regex(complaint('title: "epoll\n')[0] ?? '', /^chapters\/09-epoll\/README.md: Missing closing "quote/);
});

test('all chapters on disk are read in order, and the faults of all are told at once', (t) => {
  const workshop = makeWorkshop();
  t.teardown(workshop.remove);
  t.deepEqual(
    readChapters(workshop.dir).map((chapter) => chapter.name),
    ['01-iterative', '02-select'],
  );
  workshop.write('chapters/03-threads/server.ts', '');
  workshop.edit('chapters/01-iterative/README.md', 'minutes: 30', 'minutes: thirty');
  t.throws(() => readChapters(workshop.dir), {
    message:
      'chapters/01-iterative/README.md: "minutes" must be a whole number > 0, not "thirty"\n' +
      'chapters/03-threads/README.md: the chapter has no text',
  });
});
