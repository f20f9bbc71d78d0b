/** What an instructor needs of each chapter: its minutes, its notes and its questions, read when the site is built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMarkdownRenderer, type SiteConfig } from 'vitepress';
import { readChapters } from '../../../chapters/chapters.ts';
import { extendMarkdown } from '../../markdown.ts';
import { questionsIn } from '../../questions.ts';
import { root } from '../../root.ts';

/** A chapter, as a lesson. */
export interface Lesson {
  /** `09-epoll` */
  name: string;
  number: number;
  title: string;
  minutes: number;
  /** Prompts: "Ask: …", "Demo: …", "Watch for: …"; words between backticks are code. */
  notes: string[];
  /** As HTML. */
  questions: { question: string; answer: string }[];
}

/** All chapters in their order; VitePress fills this in from `load`. */
export declare const data: Lesson[];

declare global {
  /** VitePress's own: the configuration of the build that runs. */
  var VITEPRESS_CONFIG: SiteConfig;
}

export default {
  watch: [`${root}/chapters/*/README.md`],
  async load(): Promise<Lesson[]> {
    const base = globalThis.VITEPRESS_CONFIG.site.base;
    const md = await createMarkdownRenderer(root, { config: (it) => extendMarkdown(it, root, base) }, base);
    return readChapters(root).map(({ name, number, title, minutes, instructor, file }) => ({
      name,
      number,
      title,
      minutes,
      notes: instructor,
      questions: questionsIn(readFileSync(join(root, file), 'utf8')).map(({ question, answer }) => {
        const env = { path: join(root, file), relativePath: file, cleanUrls: false };
        return { question: md.renderInline(question, env), answer: md.render(answer, env) };
      }),
    }));
  },
};
