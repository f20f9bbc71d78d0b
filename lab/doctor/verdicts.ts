/** From facts to verdicts: what each chapter can do on such a machine, why, and what to change. No look at any machine. */

import type { Chapter } from '../../chapters/chapters.ts';
import type { Facts, LinuxFacts, Tool } from './facts.ts';

/** What a chapter can do. */
export const STATES = ['native', 'limited', 'not here'] as const;
export type State = (typeof STATES)[number];

/** Why a chapter cannot do all. */
export interface Reason {
  readonly state: Exclude<State, 'native'>;
  readonly why: string;
  /** What to change. */
  readonly change: string;
}

/** What is said of a chapter. */
export interface Verdict {
  readonly chapter: string;
  /** The worst of its reasons'. */
  readonly state: State;
  readonly reasons: readonly Reason[];
}

/** A chapter, as far as the machine matters to it. */
export interface Demand extends Pick<Chapter, 'name' | 'traits'> {
  /** The tools that its text calls, or its programs. */
  readonly tools: readonly Tool[];
}

/** The Debian packages of the tools that are not called like them. */
const PACKAGES: Partial<Record<Tool, string>> = {
  nc: 'netcat-openbsd',
  ss: 'iproute2',
  tc: 'iproute2',
  perf: 'linux-perf',
  cc: 'gcc libc6-dev',
};

/** How to get a tool. */
export function packageOf(tool: Tool): string {
  return `apt-get install ${PACKAGES[tool] ?? tool}`;
}

/** Memory that a thread or a process of a server takes, in bytes: the table of chapter 06 says 9 and 10 MiB. */
const EACH = 10 * 2 ** 20;
/** The first process takes as much; its threads, and those of every other process of Node's, are so many. */
const [BASE, THREADS] = [150 * 2 ** 20, 12];
/** So many connections the texts hold, and so many descriptors a server has for itself. */
const [CROWD, OWN] = [10_000, 48];
/** What select cannot do any more takes so many descriptors. */
const BEYOND_SELECT = 1100;
const CONTAINER = 'open the workshop in a container: .devcontainer has one (see lab/doctor)';
/** These have workers that compute at the same time, with an option or without. */
const PARALLEL = /^(05|06|07|10|11|12|14)-/;

/** Says what each chapter can do. */
export function verdicts(facts: Facts, demands: readonly Demand[]): Verdict[] {
  return demands.map((demand) => {
    const reasons = [...reasonsFor(facts, demand)];
    const state = STATES.findLast((one) => one === 'native' || reasons.some((reason) => reason.state === one))!;
    return { chapter: demand.name, state, reasons };
  });
}

function* reasonsFor(facts: Facts, demand: Demand): Generator<Reason> {
  const { platform, arch, node, linux } = facts;
  const never = (why: string, change: string): Reason => ({ state: 'not here', why, change });
  if (linux === undefined) {
    yield never(`its system calls are Linux's, and this is ${platformName(platform)}`, CONTAINER);
    return;
  }
  if (arch !== 'x64' && arch !== 'arm64') {
    yield never(`lib/sys knows the structs of x86-64 and arm64, and this is ${arch}`, 'another machine');
    return;
  }
  if (!suits(node)) yield never(`Node ${node} is too old`, 'Node 20.19, 22, 24 or 26');
  if (linux.unreachable !== undefined) {
    yield never(`the C library cannot be called: ${linux.unreachable}`, 'npm ci, on this machine; then look again');
    return;
  }
  yield* calls(facts, linux, demand);
  yield* limits(linux, demand);
  for (const tool of demand.tools.filter((tool) => !linux.tools[tool])) {
    const what = tool === 'nc' ? 'an nc that knows -N' : tool;
    yield { state: 'limited', why: `it calls ${what}, which is missing`, change: packageOf(tool) };
  }
}

// #region calls
/** What the kernel must have. */
function* calls({ kernel }: Facts, linux: LinuxFacts, { name }: Demand): Generator<Reason> {
  const { uringRefused, uringDisabled = 0 } = linux;
  if (/^13-/.test(name) && uringRefused !== undefined) {
    const old = !atLeast(kernel, 6, 1);
    const container = 'a seccomp profile that allows it (docker run --security-opt seccomp=unconfined)';
    const change = old ? 'Linux 6.1 or later' : uringDisabled > 0 ? 'sysctl -w kernel.io_uring_disabled=0' : container;
    yield { state: 'not here', why: uringRefused, change };
  }
  if (/^17-/.test(name) && !atLeast(kernel, 5, 6)) {
    yield { state: 'not here', why: `Linux ${kernel} has no openat2`, change: 'Linux 5.6 or later' };
  }
}
// #endregion calls

/** What the machine must allow. */
function* limits({ descriptors, cores, memory, group }: LinuxFacts, { name, traits }: Demand): Generator<Reason> {
  const limited = (why: string, change: string): Reason => ({ state: 'limited', why, change });
  const { hard } = descriptors;
  const needed = traits?.clients === 'descriptors' ? CROWD + OWN : /^02-/.test(name) ? BEYOND_SELECT : 0;
  if (hard < needed) {
    yield limited(
      `a process may have ${count(hard)} descriptors, so ${count(Math.max(0, hard - OWN))} clients and not ${count(needed - OWN)}`,
      `ulimit -Hn ${needed}, as root (docker run --ulimit nofile=20000)`,
    );
  }
  const processors = Math.min(cores, group.cores ?? cores);
  if (PARALLEL.test(name) && processors < 2) {
    const has = processors === 1 ? 'one core' : `${processors.toFixed(1)} of a core`;
    yield limited(`its workers have ${has} between them, and take turns`, 'two cores or more (docker run --cpus 2)');
  }
  if (traits === undefined || traits.connection === 'nothing' || traits.clients === 'descriptors') return;
  const many = traits.clients;
  const tasks = traits.connection === 'thread' ? many + THREADS : (many + 1) * THREADS;
  if (group.tasks !== undefined && group.tasks < tasks) {
    yield limited(
      `its control group may have ${count(group.tasks)} tasks, and ${many} clients take ${count(tasks)}`,
      `a higher pids.max (docker run --pids-limit ${tasks})`,
    );
  }
  const room = Math.min(memory, group.memory ?? memory);
  const takes = BASE + many * EACH;
  if (room < takes) {
    const fit = Math.max(0, Math.floor((room - BASE) / EACH));
    yield limited(`there is memory for ${fit} clients at once, and not for ${many}`, `${mebibytes(takes)} or more`);
  }
}

function mebibytes(bytes: number): string {
  return `${count(Math.ceil(bytes / 2 ** 20))} MiB`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** What people call a platform. */
export function platformName(platform: NodeJS.Platform): string {
  return { darwin: 'macOS', win32: 'Windows' }[platform as string] ?? platform;
}

/** Whether Node is one with which the workshop is tested, or later. */
function suits(node: string): boolean {
  return atLeast(node, 20, 19);
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}
