/** Where figures come from: the command, the time, the code and the machine, for files that are read elsewhere. */

import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { getDescriptorLimit } from '../lib/sys/resources.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Stands in every file of figures. */
export interface Provenance {
  /** As it was typed: `npx lab race 09`. */
  readonly command: string;
  /** When it began: 2026-11-21T09:33:19.000Z. */
  readonly date: string;
  /** The commit of this repository, and whether files were changed since; undefined outside of git. */
  readonly commit?: string;
  readonly changed?: boolean;
  readonly machine: {
    readonly processors: number;
    readonly model: string;
    /** In bytes. */
    readonly memory: number;
    readonly kernel: string;
    readonly node: string;
    /** `ulimit -Hn` */
    readonly descriptors: number;
  };
}

/** Of this process. @param command the words after `npx lab` */
export function provenance(command: readonly string[]): Provenance {
  return {
    command: ['npx', 'lab', ...command.map((word) => (/^[\w.,:/=-]+$/.test(word) ? word : JSON.stringify(word)))].join(
      ' ',
    ),
    date: new Date().toISOString(),
    ...commit(),
    machine: {
      processors: cpus().length,
      model: (cpus()[0]?.model ?? 'unknown').replace(/\(R\)|\(TM\)/g, ''),
      memory: totalmem(),
      kernel: release(),
      node: process.versions.node,
      descriptors: getDescriptorLimit().hard,
    },
  };
}

function commit(): Pick<Provenance, 'commit' | 'changed'> {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', '--short=10', 'HEAD'), changed: git('status', '--porcelain') !== '' };
  } catch {
    return {};
  }
}

/** In a line, for under a table. */
export function sourceOf({ command, commit, changed, machine }: Provenance): string {
  const { processors, model, memory, kernel, node } = machine;
  const at = commit === undefined ? '' : ` at ${commit}${changed ? ', with changes' : ''}`;
  return `${processors} × ${model}, ${Math.round(memory / 2 ** 30)} GiB, Linux ${kernel}, Node ${node}; \`${command}\`${at}`;
}
