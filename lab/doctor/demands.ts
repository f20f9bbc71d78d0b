/** What the chapters ask of a machine, as their texts and programs have it. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readChapters } from '../../chapters/chapters.ts';
import { TOOLS, type Tool } from './facts.ts';
import type { Demand } from './verdicts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All chapters. */
export function readDemands(): Demand[] {
  return readChapters(ROOT).map(({ name, traits, file }) => {
    const folder = `${ROOT}chapters/${name}/`;
    const programs = readdirSync(folder).filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts'));
    const started = programs.flatMap((one) => startedBy(readFileSync(`${folder}${one}`, 'utf8')));
    const called = toolsOf(readFileSync(`${ROOT}${file}`, 'utf8'));
    return { name, traits, tools: TOOLS.filter((tool) => called.includes(tool) || started.includes(tool)) };
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

/** The tools that a program starts. */
export function startedBy(source: string): Tool[] {
  const words = [...source.matchAll(/\bspawn(?:Sync)?\('([\w-]+)'/g)].map(([, word]) => word);
  return TOOLS.filter((tool) => words.includes(tool));
}
