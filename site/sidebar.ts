/** The sidebar: the chapters in their order, the exercises, then the folders of the library and the lab that have a text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import type { Chapter } from '../chapters/chapters.ts';
import { exerciseNames, readExercise } from '../exercises/exercises.ts';
import { addressOf, markdownFiles, pageOf } from './pages.ts';

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** The first heading of a text, or its folder's path where it has none. */
function headingOf(root: string, file: string): string {
  const heading = /^# +(.+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
  return (heading ?? file.replace('/README.md', '')).replaceAll('`', '');
}

/**
 * Builds the sidebar; nothing in it is listed by hand.
 * @param root absolute path of the repository
 * @param chapters as `readChapters` gives them
 */
export function sidebar(root: string, chapters: readonly Chapter[]): DefaultTheme.SidebarItem[] {
  const numbered = (name: string, title: string): string =>
    `<span class="chapter-number">${name.slice(0, 2)}</span>${escapeHtml(title)}`;
  const items = chapters.map(({ name, title }) => ({ text: numbered(name, title), link: `/${name}/` }));
  const exercises = exerciseNames(root).map((name) => ({
    text: numbered(name, readExercise(name, root).title),
    link: `/exercises/${name}/`,
  }));
  const folders = markdownFiles(root).flatMap((file) => {
    const page = /^(lib|lab)\//.test(file) ? pageOf(file) : undefined;
    return page === undefined ? [] : [{ text: escapeHtml(headingOf(root, file)), link: addressOf(page) }];
  });
  const groups = [
    { text: 'Chapters', items },
    { text: 'Exercises', link: '/exercises/', items: exercises, collapsed: true },
    { text: 'Under the hood', items: folders },
  ];
  return groups.filter((group) => group.items.length > 0);
}
