/** A chapter's page as slides: its headings, with what there is to look at under each. */
/// <reference lib="dom" />

/** A slide: copies of what stands on the page. */
export interface Slide {
  /** The heading's text, or the chapter's. */
  readonly title: string;
  /** The heading above it: the section of a subsection. */
  readonly section: string;
  readonly body: readonly Element[];
}

/** What is looked at, and not read out: commands, code, pictures, tables, boxes, lists. */
const SHOWN = 'div[class*="language-"], .custom-block, table, ul, ol, figure, dl';

/** How many lines of code stand on one slide together. */
const LINES = 16;

function textOf(heading: Element): string {
  const copy = heading.cloneNode(true) as Element;
  for (const anchor of copy.querySelectorAll('.header-anchor')) anchor.remove();
  return (copy.textContent ?? '').trim();
}

function isPicture(element: Element): boolean {
  return element.matches('p') && element.querySelector('svg[role="img"], img') !== null;
}

function linesOf(element: Element): number {
  return element.querySelector('pre')?.textContent?.split('\n').length ?? Number.POSITIVE_INFINITY;
}

/** The elements of one section, as the bodies of slides: short pieces of code stand together, all else alone. */
function bodies(elements: readonly Element[]): Element[][] {
  const made: Element[][] = [];
  let room = 0;
  for (const element of elements) {
    const lines = linesOf(element);
    if (lines <= room) made.at(-1)?.push(element);
    else made.push([element]);
    room = lines <= room ? room - lines - 1 : LINES - lines - 1;
  }
  return made;
}

/** The questions of a chapter: what is bold at the beginning of a paragraph. */
function questions(paragraphs: readonly Element[]): Element[] {
  const asked = paragraphs.flatMap((paragraph) => {
    const first = paragraph.firstElementChild;
    return first?.matches('strong') && paragraph.textContent?.startsWith(first.textContent ?? '') ? [first] : [];
  });
  const list = paragraphs[0]?.ownerDocument.createElement('ol');
  if (list === undefined || asked.length === 0) return [];
  for (const question of asked) {
    const item = list.ownerDocument.createElement('li');
    item.append(...[...question.childNodes].map((node) => node.cloneNode(true)));
    list.append(item);
  }
  return [list];
}

/**
 * Takes a page apart.
 * @param page the element whose children are the text: headings, paragraphs, blocks
 * @returns the title's slide first; sections of which nothing is shown have none, and neither has where to go next
 */
export function slidesOf(page: Element): Slide[] {
  const slides: Slide[] = [];
  let [title, section] = ['', ''];
  let gathered: Element[] = [];
  let words: Element[] = [];
  const finish = (): void => {
    const shown = title === 'Questions' ? questions(words) : gathered;
    if (title !== '' && !title.startsWith('Where to go next')) {
      const copies = shown.map((element) => element.cloneNode(true) as Element);
      const first = slides.length === 0;
      // The title's slide has what stands under the title; a list there has a slide of its own.
      const parts = first
        ? [copies.filter((copy) => !copy.matches('ul, ol')), ...lists(copies, words)]
        : bodies(copies);
      for (const body of parts) slides.push({ title, section, body });
    }
    gathered = [];
    words = [];
  };
  for (const element of page.children) {
    if (element.matches('h1, h2, h3')) {
      finish();
      title = textOf(element);
      if (!element.matches('h3')) section = title;
    } else if (element.matches(SHOWN) || element.matches('.lead') || isPicture(element)) gathered.push(element);
    else if (element.matches('p')) words.push(element);
  }
  finish();
  return slides;
}

/** A list under the title, with the line that leads to it. */
function lists(copies: readonly Element[], words: readonly Element[]): Element[][] {
  const intro = words.at(-1)?.cloneNode(true) as Element | undefined;
  return copies.filter((copy) => copy.matches('ul, ol')).map((list) => (intro === undefined ? [list] : [intro, list]));
}
