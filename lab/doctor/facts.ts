/** What a machine is: facts, gathered without judging. Nothing of lib/sys is read before it is known that this is Linux. */

import { release } from 'node:os';

/** Programs that the texts, the tests or the lab call. */
export const TOOLS = ['nc', 'curl', 'ss', 'strace', 'tcpdump', 'tc', 'perf', 'wrk', 'cc', 'chromium'] as const;
export type Tool = (typeof TOOLS)[number];

/** What bounds this process and those beside it; undefined for no bound. */
export interface ControlGroup {
  /** Processor time, in processors: 0.5 is half of one. */
  readonly cores?: number;
  /** In bytes. */
  readonly memory?: number;
  /** How many tasks, threads and processes together. */
  readonly tasks?: number;
}

/** What only Linux has. */
export interface LinuxFacts {
  /** Why the system calls cannot be reached; undefined where they can. What follows is empty then. */
  readonly unreachable?: string;
  /** Why there is no io_uring; undefined where there is. */
  readonly uringRefused?: string;
  /** kernel.io_uring_disabled: 0 for everybody, 1 for members of a group, 2 for nobody; undefined where there is no such file. */
  readonly uringDisabled?: number;
  /** `ulimit -Sn`, `ulimit -Hn`; Infinity for none. */
  readonly descriptors: { readonly soft: number; readonly hard: number };
  /** How many ephemeral ports there are. */
  readonly ports: number;
  /** The longest backlog: net.core.somaxconn. */
  readonly backlog: number;
  /** On how many processors this process may run. */
  readonly cores: number;
  /** In bytes. */
  readonly memory: number;
  readonly group: ControlGroup;
  /** Which tools are there. */
  readonly tools: Readonly<Record<Tool, boolean>>;
}

/** All of it. */
export interface Facts {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** As in `20.20.2`. */
  readonly node: string;
  /** As in `6.18.44`; of another system, what that calls its release. */
  readonly kernel: string;
  readonly linux?: LinuxFacts;
}

/** Looks at this machine. */
export async function gather(): Promise<Facts> {
  const { platform, arch, versions } = process;
  const facts = { platform, arch, node: versions.node, kernel: release() };
  if (platform !== 'linux') return facts;
  return { ...facts, linux: await (await import('./linux.ts')).gatherLinux() };
}
