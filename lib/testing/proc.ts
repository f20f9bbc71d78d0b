/** What /proc tells of processes: who they are, what they hold and what they have used; proc(5). */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, as /proc/PID/stat has it. */
export interface Process {
  readonly pid: number;
  /** Its program's name, cut to 15 characters. */
  readonly name: string;
  /** R runs or would like to, S sleeps, Z is a zombie: ended, and not reaped. */
  readonly state: string;
  readonly parent: number;
  /** How much processor time it has used, in milliseconds, told in steps of 10. */
  readonly cpu: number;
}

/** A thread of a process. */
export interface Thread {
  /** The pid, for the main thread. */
  readonly tid: number;
  readonly state: string;
  /** How often it has gone to sleep. */
  readonly sleeps: number;
  /** How often it has had to let another run although it would have gone on. */
  readonly preemptions: number;
}

/** What a process has used, with those of its children that have ended and were reaped. */
export interface Usage {
  readonly name: string;
  /** As for Process. */
  readonly state: string;
  readonly parent: number;
  /** When it was started, in milliseconds since the machine was. */
  readonly began: number;
  /** Processor time in user mode and in the kernel, in milliseconds, told in steps of 10. */
  readonly user: number;
  readonly system: number;
  readonly threads: number;
  /** How much of its memory is in RAM (its RSS), in pages. */
  readonly pages: number;
}

/** /proc tells processor time in hundredths of a second (USER_HZ) on every architecture. */
const TICK = 10;

/** The content of a file, or '' when its process has just ended. */
function content(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function numbers(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** The words of a stat file after the name, which may hold spaces itself; the first of them is the state. */
function words(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The number that stands after `Key:`. */
function field(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

/** The words with which a process was started; none when it has ended, or is the kernel's. */
export function commandLine(pid: number): string[] {
  return content(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
}

/**
 * The processes of a process group, zombies among them.
 *
 * @param strangers for who looks again and again, where nobody joins the group but by being born in it: those who are known
 *   not to be of it, of whom nothing is read any more; it is kept up to date here
 */
export function processes(group: number, strangers = new Set<number>()): Process[] {
  const all = numbers('/proc');
  const alive = new Set(all);
  for (const pid of strangers) if (!alive.has(pid)) strangers.delete(pid); // the number may come back as one of the group
  return all.flatMap((pid) => {
    if (strangers.has(pid)) return [];
    const stat = content(`/proc/${pid}/stat`);
    const [state = '', parent, itsGroup] = words(stat);
    if (Number(itsGroup) !== group) {
      strangers.add(pid);
      return [];
    }
    const [user, system] = words(stat).slice(11, 13);
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return [{ pid, name, state, parent: Number(parent), cpu: (Number(user) + Number(system)) * TICK }];
  });
}

/** The processes that there are. */
export function pids(): number[] {
  return numbers('/proc');
}

/** What a process has used so far; undefined when there is none any more. */
export function usage(pid: number): Usage | undefined {
  const stat = content(`/proc/${pid}/stat`);
  const fields = words(stat);
  if (stat === '') return undefined;
  const at = (number: number): number => Number(fields[number - 3]); // as proc(5) numbers them; the state is the third
  return {
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    state: fields[0]!,
    parent: at(4),
    began: at(22) * TICK,
    user: (at(14) + at(16)) * TICK,
    system: (at(15) + at(17)) * TICK,
    threads: at(20),
    pages: at(24),
  };
}

/** The threads of a process; none when it has ended. */
export function threads(pid: number): Thread[] {
  return threadIds(pid).map((tid) => ({
    tid,
    state: words(content(`/proc/${pid}/task/${tid}/stat`))[0] ?? '',
    ...switches(pid, tid),
  }));
}

/** The threads of a process by their numbers; none when it has ended. */
export function threadIds(pid: number): number[] {
  return numbers(`/proc/${pid}/task`);
}

/** How often a thread has gone to sleep, and how often it had to let another run. */
export function switches(pid: number, tid: number): Pick<Thread, 'sleeps' | 'preemptions'> {
  const status = content(`/proc/${pid}/task/${tid}/status`);
  return {
    sleeps: field(status, 'voluntary_ctxt_switches'),
    preemptions: field(status, 'nonvoluntary_ctxt_switches'),
  };
}

/** Whether every thread of a process sleeps: none runs, or would like to. */
export function asleep(pid: number): boolean {
  return numbers(`/proc/${pid}/task`).every((tid) => words(content(`/proc/${pid}/task/${tid}/stat`))[0] === 'S');
}

/** The function of the kernel in which a thread sleeps, as `ps -o wchan` has it; '0' while it runs. */
export function sleepsIn(pid: number, tid: number): string {
  return content(`/proc/${pid}/task/${tid}/wchan`);
}

/** How many bytes the read calls of a thread have returned, from files and sockets alike. */
export function bytesRead(pid: number, tid: number): number {
  return field(content(`/proc/${pid}/task/${tid}/io`), 'rchar');
}

/** The descriptors that a process has open. */
export function descriptors(pid: number): number[] {
  return numbers(`/proc/${pid}/fd`);
}

/** What a descriptor of a process stands for, as in `socket:[12345]`: the same text, the same socket. */
export function target(pid: number, fd: number): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}

/** How much memory of a process is in RAM (its RSS), in bytes. */
export function resident(pid: number): number {
  return field(content(`/proc/${pid}/status`), 'VmRSS') * 1024;
}
