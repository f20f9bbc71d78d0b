/** What a process may use: its limit of descriptors, and the processors on which it runs. */

import { check } from './errors.ts';
import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { traced } from './trace.ts';

const libcPrlimit = libc('prlimit', 'int', ['int', 'int', 'pointer', 'pointer']);
const RLIMIT_NOFILE = 7;
const limits = Memory.allocate(layout.rlimit.size);

const prlimit = traced(
  'prlimit',
  (set: boolean): number => result(libcPrlimit(0, RLIMIT_NOFILE, set ? limits.address : 0, set ? 0 : limits.address)),
  'nothing',
);

/** How many descriptors this process may have: the limit that holds, and how far it may raise that. */
export interface DescriptorLimit {
  readonly soft: number;
  readonly hard: number;
}

/** prlimit(2), RLIMIT_NOFILE. @returns the limits; Infinity for none @throws SystemError */
export function getDescriptorLimit(): DescriptorLimit {
  check(prlimit(false), 'prlimit');
  const at = (offset: number): number => {
    const value = limits.bytes.readBigUInt64LE(offset);
    return value === 0xffff_ffff_ffff_ffffn ? Number.POSITIVE_INFINITY : Number(value);
  };
  return { soft: at(layout.rlimit.rlim_cur!), hard: at(layout.rlimit.rlim_max!) };
}

/**
 * prlimit(2), RLIMIT_NOFILE. Whoever is started later inherits it.
 *
 * @returns 0 or a negative errno: -EPERM for a higher hard limit without CAP_SYS_RESOURCE
 */
export function setDescriptorLimit({ soft, hard }: DescriptorLimit): number {
  const put = (offset: number, value: number): number =>
    limits.bytes.writeBigUInt64LE(Number.isFinite(value) ? BigInt(value) : 0xffff_ffff_ffff_ffffn, offset);
  put(layout.rlimit.rlim_cur!, soft);
  put(layout.rlimit.rlim_max!, hard);
  return prlimit(true);
}

const libcSchedGetaffinity = libc('sched_getaffinity', 'int', ['int', 'size_t', 'pointer']);
const libcSchedSetaffinity = libc('sched_setaffinity', 'int', ['int', 'size_t', 'pointer']);
const mask = Memory.allocate(128); // a bit for each of 1,024 processors, as cpu_set_t

const sched_getaffinity = traced(
  'sched_getaffinity',
  (): number => result(libcSchedGetaffinity(0, mask.length, mask.address)),
  'nothing',
);
const sched_setaffinity = traced(
  'sched_setaffinity',
  (): number => result(libcSchedSetaffinity(0, mask.length, mask.address)),
  'nothing',
);

/** The processors on which this thread may run: sched_getaffinity(2). @throws SystemError */
export function getAffinity(): number[] {
  mask.bytes.fill(0);
  check(sched_getaffinity(), 'sched_getaffinity');
  const has = (cpu: number): boolean => (mask.bytes[cpu >> 3]! & (1 << (cpu & 7))) !== 0;
  return Array.from({ length: 8 * mask.length }, (_, cpu) => cpu).filter(has);
}

/**
 * Binds this thread to some processors, and whatever it starts from now on, child processes above all:
 * sched_setaffinity(2), as taskset(1) does.
 *
 * @param cpus their numbers, from 0 to 1,023
 * @returns 0 or a negative errno: -EINVAL when this machine has none of them, or may not give them
 */
export function setAffinity(cpus: readonly number[]): number {
  mask.bytes.fill(0);
  for (const cpu of cpus) mask.bytes[cpu >> 3]! |= 1 << (cpu & 7);
  return sched_setaffinity();
}
