/** The system calls and the chapters that make them, read from the sources when the site is built. */
import { readChapters } from '../../../chapters/chapters.ts';
import { type CallFamily, callFamilies } from '../../calls.ts';
import { root } from '../../root.ts';

/** All calls by the file that binds them; VitePress fills this in from `load`. */
export declare const data: CallFamily[];

export default {
  watch: [`${root}/{chapters,lib}/**/*.ts`],
  load: (): CallFamily[] => callFamilies(root, readChapters(root)),
};
