/** The chapters' front matter for the start page, read when the site is built. */
import { type Chapter, readChapters } from '../../../chapters/chapters.ts';
import { root } from '../../root.ts';

/** All chapters in their order; VitePress fills this in from `load`. */
export declare const data: Chapter[];

export default {
  watch: [`${root}/chapters/*/README.md`],
  load: (): Chapter[] => readChapters(root),
};
