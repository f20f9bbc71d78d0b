/** The chapters that have a server, as the suites find them: a new one is tested as soon as its folder is there. */

import { fileURLToPath } from 'node:url';
import { refused } from '../lib/sys/ring.ts';
import { type Chapter, readChapters, type Traits } from './chapters.ts';

/** A chapter with a server. */
export interface ServerChapter extends Chapter {
  /** Its server, from the root of the repository. */
  readonly path: string;
  readonly traits: Traits;
}

/** Chapters that the kernel may refuse, and how to ask it: why, or nothing when it does not. */
const REFUSABLE: Readonly<Record<string, () => string | undefined>> = { '13-io-uring': refused };

/** Why this kernel refuses a chapter's server; undefined where it does not. @param name as in `13-io-uring` */
export function refusal(name: string): string | undefined {
  return REFUSABLE[name]?.();
}

/**
 * All chapters with a server.ts, in the order of their numbers; but those that this kernel refuses, of which a line on
 * stderr says that they are not tested.
 */
export function serverChapters(): ServerChapter[] {
  return readChapters(fileURLToPath(new URL('..', import.meta.url))).flatMap((chapter) => {
    const { name, traits } = chapter;
    if (traits === undefined) return []; // given where server.ts stands beside the text, and only there
    const why = refusal(name);
    if (why !== undefined) console.error(`NOT TESTED: ${name}, for ${why}`);
    return why === undefined ? [{ ...chapter, traits, path: `chapters/${name}/server.ts` }] : [];
  });
}

/** The options with which a chapter serves in another way, for the suites that hold for each of them. */
const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  '07-prethreaded': [[], ['--mutex']],
  '09-epoll': [
    ['--mode', 'level'],
    ['--mode', 'edge'],
  ],
  '10-epoll-workers': [
    ['--handoff', 'accept'],
    ['--handoff', 'reuseport'],
    ['--handoff', 'exclusive'],
    ['--handoff', 'shared'],
  ],
  '12-coroutines': [[], ['--workers', '3']],
  // With a queue of two completions and a single buffer, everything runs out all the time.
  '13-io-uring': [[], ['--direct'], ['--entries', '1', '--buffers', '1']],
  '14-node-net': [[], ['--cluster', '2'], ['--cluster', '2', '--schedule', 'each']],
};

/** The ways in which a chapter serves, as command-line options; without any where there is but one. */
export function waysOf({ name }: ServerChapter): readonly (readonly string[])[] {
  return WAYS[name] ?? [[]];
}

/** Those that close whom they have no descriptor for, where the others let them wait: libuv does so. Tested beside them. */
export const REFUSING: ReadonlySet<string> = new Set(['14-node-net']);
