/** A page as slides: what is shown, what is read out, what stands together. */
import test from 'ava';
import { parseHTML } from 'linkedom';
import { slidesOf } from './.vitepress/theme/faces/slides.ts';

const code = (text: string, language = 'sh'): string => `<div class="language-${language}"><pre>${text}</pre></div>`;

function slides(html: string): string[] {
  const { document } = parseHTML(`<html><body><div id="page">${html}</div></body></html>`);
  return slidesOf(document.querySelector('#page')!).map(
    ({ title, section, body }) =>
      `${section} / ${title}: ${body.map((element) => element.textContent?.trim()).join(' + ')}`,
  );
}

test('the title has what stands under it, and its list a slide of its own with the line before it', (t) => {
  t.deepEqual(
    slides(`<h1>epoll <a class="header-anchor">#</a></h1><p class="lead">one thread</p><dl class="traits">nobody</dl>
      <p>Some words.</p><p>After this chapter you can</p><ul><li>count</li></ul>`),
    ['epoll / epoll: one thread + nobody', 'epoll / epoll: After this chapter you can + count'],
  );
});

test('a section shows its commands together, what is long alone, and not its words', (t) => {
  const long = Array(20).fill('x').join('\n');
  t.deepEqual(
    slides(`<h1>T</h1><h2>Run it</h2>${code('one')}<p>Words.</p>${code('two')}${code(long, 'ts')}
      <div class="custom-block tip">Predict</div><p><svg role="img">picture</svg></p><h3>Why</h3><p>Words.</p>`),
    [
      'T / T: ',
      'Run it / Run it: one + two',
      `Run it / Run it: ${long}`,
      'Run it / Run it: Predict',
      'Run it / Run it: picture',
    ],
  );
});

test('a subsection stands under its section, and where to go next is not shown', (t) => {
  t.deepEqual(slides(`<h1>T</h1><h2>How</h2><h3>Once</h3>${code('a')}<h2>Where to go next</h2><ul><li>on</li></ul>`), [
    'T / T: ',
    'How / Once: a',
  ]);
});

test('questions are shown without their answers', (t) => {
  t.deepEqual(
    slides(`<h1>T</h1><h2>Questions</h2><p><strong>Why <code>close</code>?</strong> A good answer.</p><p>More.</p>
      <p><strong>And?</strong> A good answer <strong>sees</strong> it.</p>`),
    ['T / T: ', 'Questions / Questions: Why close?And?'],
  );
});
