/** What the parts of a ring's connections share. */

import type { Ring } from '../../lib/sys/ring.ts';
import type { Answers } from './answers.ts';
import type { Slots } from './slots.ts';
import type { Turns } from './turns.ts';

export interface Shared {
  readonly ring: Ring;
  /** Slots are places in the ring's table of files, and no descriptors. */
  readonly direct: boolean;
  /** Flags of every request on a slot. */
  readonly file: number;
  readonly slots: Slots;
  readonly turns: Turns;
  readonly answers: Answers;
}
