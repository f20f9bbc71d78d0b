/** What the chapters ask of a machine, as their texts have it. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readChapters } from '../../chapters/chapters.ts';
import { TOOLS, type Tool } from './facts.ts';
import type { Demand } from './verdicts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All chapters. */
export function readDemands(): Demand[] {
  return readChapters(ROOT).map(({ name, traits, file }) => {
    return { name, traits, tools: toolsOf(readFileSync(`${ROOT}${file}`, 'utf8')) };
  });
}

/** The tools that a text calls: the words with which its commands begin, in what is to be typed into a shell. */
export function toolsOf(markdown: string): Tool[] {
  const blocks = [...markdown.matchAll(/^```(sh|console)\n([\s\S]*?)^```$/gm)];
  const typed = blocks.flatMap(([, kind, text = '']) =>
    kind === 'sh' ? text.split('\n') : text.split('\n').filter((line) => line.startsWith('$ ')),
  );
  const inline = [...markdown.matchAll(/`((?:ss|strace|tcpdump) [^`\n]*)`/g)].map(([, text = '']) => text);
  return TOOLS.filter((tool) => {
    const called = new RegExp(`(^|[|;&(]\\s*|\\$\\s+|\\bdo\\s+)(sudo\\s+)?(time\\s+\\(?)?${tool}\\s`);
    return [...typed, ...inline].some((line) => called.test(line));
  });
}
