/** What Linux tells of itself: its limits, its control groups, and which programs there are. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ControlGroup, type LinuxFacts, TOOLS, type Tool } from './facts.ts';

/** Reads a file. @returns undefined where there is none */
type Read = (path: string) => string | undefined;

const read: Read = (path) => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
};

/** Looks at this machine. */
export async function gatherLinux(): Promise<LinuxFacts> {
  const [low = 32_768, high = 60_999] = (read('/proc/sys/net/ipv4/ip_local_port_range') ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
  const disabled = read('/proc/sys/kernel/io_uring_disabled');
  return {
    ...(await gatherCalls()),
    ...(disabled === undefined ? {} : { uringDisabled: Number(disabled) }),
    ports: high - low + 1,
    backlog: Number(read('/proc/sys/net/core/somaxconn') ?? 0),
    memory: totalmem(),
    group: controlGroup(read),
    tools: Object.fromEntries(TOOLS.map((tool) => [tool, has(tool)])) as Record<Tool, boolean>,
  };
}

/** What is asked by system calls; they are loaded only here, since there are machines on which that fails. */
async function gatherCalls(): Promise<Pick<LinuxFacts, 'unreachable' | 'uringRefused' | 'descriptors' | 'cores'>> {
  try {
    const { refused } = await import('../../lib/sys/ring.ts');
    const { getAffinity, getDescriptorLimit } = await import('../../lib/sys/resources.ts');
    const why = refused();
    const calls = { descriptors: getDescriptorLimit(), cores: getAffinity().length };
    return why === undefined ? calls : { ...calls, uringRefused: why };
  } catch (error) {
    const [unreachable = ''] = (error as Error).message.split('\n');
    return { unreachable, descriptors: { soft: 0, hard: 0 }, cores: 0 };
  }
}

// #region groups
/**
 * cgroups(7): what holds for this process is the least of what its group and all groups above it may have. In version 2
 * there is one tree, in version 1 one for each kind of thing.
 */
export function controlGroup(read: Read): ControlGroup {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  const least = (
    version1: string,
    file: string,
    version2: string,
    value: (at: string) => number,
  ): number | undefined => {
    const own = groups.find(([, controllers = '']) => controllers.split(',').includes(version1));
    const unified = groups.find(([id]) => id === '0');
    const values = [
      ...above(`/sys/fs/cgroup/${version1}`, own?.[2]).map((folder) => value(`${folder}/${file}`)),
      ...above('/sys/fs/cgroup', unified?.[2]).map((folder) => value(`${folder}/${version2}`)),
    ].filter(Number.isFinite);
    return values.length === 0 ? undefined : Math.min(...values);
  };
  const number = (path: string): number => Number.parseInt(read(path) ?? '', 10); // `max` is no number
  const cores = least('cpu', 'cpu.cfs_quota_us', 'cpu.max', (path) => {
    const [quota = '', period = ''] = (read(path) ?? '').split(' ');
    const length = period === '' ? number(path.replace('quota', 'period')) : Number(period);
    return Number(quota) > 0 ? Number(quota) / length : Number.NaN; // -1 or `max` for no bound
  });
  const memory = least('memory', 'memory.limit_in_bytes', 'memory.max', number);
  const tasks = least('pids', 'pids.max', 'pids.max', number);
  return {
    ...(cores === undefined ? {} : { cores }),
    ...(memory === undefined || memory >= NO_BOUND ? {} : { memory }),
    ...(tasks === undefined ? {} : { tasks }),
  };
}

/** Version 1 says the largest number of pages for no bound. */
const NO_BOUND = 2 ** 60;

/** A group's folder and those of the groups above it. In a container the path may be one that only the host has. */
function above(root: string, path: string | undefined): string[] {
  const names = (path ?? '').split('/').filter((name) => name !== '' && name !== '..');
  return [root, ...names.map((_, i) => [root, ...names.slice(0, i + 1)].join('/'))];
}
// #endregion groups

/** Whether a program is there; of `nc`, whether it is one that knows -N. */
function has(tool: Tool): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = folders.some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found || tool !== 'nc') return found;
  const { stdout, stderr } = spawnSync('nc', ['-h'], { encoding: 'latin1', timeout: 2000 });
  return `${stdout}${stderr}`.includes('-N');
}
