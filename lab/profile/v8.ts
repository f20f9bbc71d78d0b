/** From a profile of V8, which is a table of calls and a list of samples, to a tree of frames. */

import { add, type Frame, frame, fromProgram, type Place } from './frames.ts';
import type { Profile } from './inspector.ts';
import type { Sources } from './names.ts';

/**
 * What the project calls that is native. koffi has one piece of code for all functions of the C library, so V8 gives all of them
 * the name of one: who calls it knows better.
 */
const KOFFI: Place = { name: 'koffi', at: '', kind: 'call' };

/**
 * Makes a tree. A sample lasts until the next one: so a call of the kernel counts for as long as it took, asleep or not.
 *
 * @param root what the tree is of
 * @param from what was before is left out, in microseconds on the clock of the profile, which is CLOCK_MONOTONIC
 */
export function treeOf(profile: Profile, sources: Sources, root: Place, from = 0): Frame {
  const { nodes, samples = [], timeDeltas = [] } = profile;
  const stacks = new Map<number, Place[]>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [first] = nodes;
  const walk = (id: number, stack: Place[]): void => {
    stacks.set(id, stack);
    for (const child of byId.get(id)?.children ?? []) {
      const { functionName, url, lineNumber, columnNumber } = byId.get(child)!.callFrame;
      const caller = stack.at(-1);
      if (url === '' && caller?.kind === 'call') walk(child, stack);
      else if (url === '' && caller !== undefined && caller.kind !== 'node') walk(child, [...stack, KOFFI]);
      else walk(child, [...stack, sources.place(functionName, url, lineNumber, columnNumber)]);
    }
  };
  if (first !== undefined) walk(first.id, []);
  const tree = frame(root);
  let at = profile.startTime;
  for (const [i, id] of samples.entries()) {
    at += timeDeltas[i] ?? 0;
    const lasted = timeDeltas[i + 1] ?? 0;
    if (lasted > 0 && at >= from) add(tree, fromProgram(stacks.get(id)!), lasted); // one that comes out of turn has lasted no time
  }
  return tree;
}
