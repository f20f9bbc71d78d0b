/** Reads what strace writes, as a trace: for a server whose calls are Node's. */

import type { TraceRecord } from '../../lib/sys/trace.ts';

/** The calls that are asked for; those that a kernel does not have are passed over. */
export const CALLS = [
  'accept4',
  'read',
  'write',
  'writev',
  'shutdown',
  'close',
  'epoll_ctl',
  'epoll_wait',
  'epoll_pwait',
];

const line = /^(\d+) +(\d+)\.(\d{6}) (\w+)\((.*)\) += (-?\d+)(?: .*)? <(\d+\.\d+)>$/;
const begun = /^(\d+) +(\d+\.\d{6}) (\w+\(.*) <unfinished \.\.\.>$/;
const resumed = /^(\d+) +\d+\.\d{6} <\.\.\. \w+ resumed>(.*)$/;

/**
 * Reads the output of `strace -f -ttt -T`.
 *
 * @param offset from its clock, CLOCK_REALTIME, to CLOCK_MONOTONIC, in microseconds
 * @returns calls that have returned; of a failed one the result is -1, as the C library's
 */
export function parse(text: string, offset: number): TraceRecord[] {
  const unfinished = new Map<string, string>();
  return text.split('\n').flatMap((whole) => {
    const [, thread = '', time = '', head = ''] = begun.exec(whole) ?? [];
    if (head !== '') {
      unfinished.set(thread, `${thread} ${time} ${head}`);
      return [];
    }
    const [, again = '', tail = ''] = resumed.exec(whole) ?? [];
    const match = line.exec(again === '' ? whole : `${unfinished.get(again)}${tail}`);
    if (match === null) return [];
    const [, tid, seconds, fraction, call = '', words = '', result, took] = match;
    const fd = /^\d+(?=,|$)/.exec(words)?.[0];
    return {
      time: Number(seconds) * 1e6 + Number(fraction) + offset,
      pid: Number(tid),
      thread: 0,
      call,
      fd: Number(fd ?? -1),
      result: Number(result),
      duration: Number(took) * 1e6,
    };
  });
}
