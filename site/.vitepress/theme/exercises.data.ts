/** The exercises, read when the site is built. */
import { type Exercise, exerciseNames, readExercise } from '../../../exercises/exercises.ts';
import { root } from '../../root.ts';

/** All exercises in their order; VitePress fills this in from `load`. */
export declare const data: Pick<Exercise, 'name' | 'title' | 'description' | 'minutes'>[];

export default {
  watch: [`${root}/exercises/*/README.md`],
  load: (): typeof data =>
    exerciseNames(root)
      .map((name) => readExercise(name, root))
      .map(({ name, title, description, minutes }) => ({ name, title, description, minutes })),
};
