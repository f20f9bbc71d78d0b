/** Which signals are ignored: by Node, by a program that Node starts, and by one that inherits that from a shell. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { toolCommand } from '../../lib/program/tool.ts';

toolCommand('ignored', 'show which signals a process ignores, by who started it').parse();

/** The signals that a process ignores, by what its /proc/PID/status says. */
function ignored(status: string): string {
  const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)![1]}`);
  const names = Object.entries(constants.signals).filter(([, number]) => mask & (1n << BigInt(number - 1)));
  return [...new Map(names.map(([name, number]) => [number, name])).values()].join(' ') || 'none';
}

/** Lets a shell run a line that prints the status of a process. */
const shell = (line: string): string => execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });

if (!existsSync('/proc/self/status')) {
  console.error('ignored: there is no /proc here, in which the kernel tells what a process ignores');
  process.exit(1);
}
console.log('Signals that are ignored by\n');
// #region processes
const PROCESSES: Readonly<Record<string, string>> = {
  'this process, which is Node': readFileSync('/proc/self/status', 'latin1'),
  'a program that Node has started': shell('exec cat /proc/self/status'),
  'the same, after a shell ignored SIGPIPE': shell("trap '' PIPE; exec cat /proc/self/status"),
};
// #endregion processes
for (const [who, status] of Object.entries(PROCESSES)) console.log(`  ${who.padEnd(42)}${ignored(status)}`);
