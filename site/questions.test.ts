/** The questions: each chapter has some, and each says what a good answer is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readChapters } from '../chapters/chapters.ts';
import { questionsIn } from './questions.ts';
import { root } from './root.ts';

test('a question is bold, its answer what follows, over paragraphs', (t) => {
  const text = `# T\n\n**Not this?** No.\n\n## Questions\n\n**What is
two lines?** A good answer: one.\n\nIt goes on.\n\n**Why?** A good answer sees it.\n\n## Where to go next\n\n**Nor this?** No.\n`;
  t.deepEqual(questionsIn(text), [
    { question: 'What is\ntwo lines?', answer: 'A good answer: one.\n\nIt goes on.' },
    { question: 'Why?', answer: 'A good answer sees it.' },
  ]);
  t.deepEqual(questionsIn('# None\n'), []);
});

for (const { name, file } of readChapters(root)) {
  test(`${name} asks, and says what makes a good answer`, (t) => {
    const questions = questionsIn(readFileSync(join(root, file), 'utf8'));
    t.true(questions.length >= 2);
    for (const { question, answer } of questions) {
      t.regex(question, /[?.]$/);
      t.regex(answer, /good\s+answer/, question);
    }
  });
}
