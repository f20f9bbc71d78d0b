/** How libuv does it: its handler writes into a pipe of its own, for whose other end its loop waits. */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { toolCommand } from '../../lib/program/tool.ts';
import { check } from '../../lib/sys/errors.ts';
import { POLLIN, PollFds, poll } from '../../lib/sys/poll.ts';
import { kill } from '../../lib/sys/process.ts';

const { SIGUSR2 } = constants.signals;
const O_WRONLY = 1;

toolCommand('libuv', "show the pipe through which process.on('SIGUSR2') hears of a signal").parse();

/** A file of /proc/self, or '' where a descriptor has just been closed. */
function content(path: string): string {
  try {
    return readFileSync(`/proc/self/${path}`, 'latin1');
  } catch {
    return '';
  }
}

/** What the descriptors of this process stand for, as in `pipe:[123]`. */
function descriptors(): [number, string][] {
  return readdirSync('/proc/self/fd').flatMap((fd): [number, string][] => {
    try {
      return [[Number(fd), readlinkSync(`/proc/self/fd/${fd}`)]];
    } catch {
      return []; // the directory itself, which has been read
    }
  });
}

/** The pipes of which this process has both ends: reading end and writing end. */
function ownPipes(): [number, number][] {
  const ends = descriptors().filter(([, what]) => what.startsWith('pipe:'));
  const writes = (fd: number): boolean =>
    (Number.parseInt(/flags:\s*(\d+)/.exec(content(`fdinfo/${fd}`))![1]!, 8) & 3) === O_WRONLY;
  return ends.flatMap(([fd, what]) => {
    const other = ends.find(([it, its]) => its === what && writes(it));
    return writes(fd) || other === undefined ? [] : [[fd, other[0]] as [number, number]];
  });
}

/** Whether the kernel would call a handler of this process for SIGUSR2. */
function caught(): boolean {
  return (BigInt(`0x${/SigCgt:\s*(\w+)/.exec(content('status'))![1]}`) & (1n << BigInt(SIGUSR2 - 1))) !== 0n;
}

/** Those of the descriptors that are readable now. */
function readable(fds: readonly number[]): number[] {
  const asked = new PollFds();
  for (const fd of fds) asked.set(fd, POLLIN);
  check(poll(asked, 0), 'poll');
  return fds.filter((_, i) => asked.revents(i) & POLLIN);
}

/** The epoll descriptors whose set has this one in it. */
function watchers(fd: number): number[] {
  const watched = new RegExp(`^tfd:\\s*${fd} `, 'm');
  return descriptors().flatMap(([it, what]) =>
    what.includes('eventpoll') && watched.test(content(`fdinfo/${it}`)) ? [it] : [],
  );
}

if (!existsSync('/proc/self/fd')) {
  console.error('libuv: there is no /proc here, in which the kernel tells what a process has open');
  process.exit(1);
}
const pipes = ownPipes();
const ends = pipes.map(([reading]) => reading);
console.log('Pipes of which this process has both ends, to read from and to write to:');
console.log(`  ${pipes.map((pair) => pair.join(' and ')).join(', ')}`);
console.log(`A handler catches SIGUSR2: ${caught()}`);

// #region libuv
let heard = false;
process.on('SIGUSR2', () => {
  heard = true;
});
console.log("\nprocess.on('SIGUSR2', ...)");
console.log(`A handler catches SIGUSR2: ${caught()}`);

const before = readable(ends);
check(kill(process.pid, SIGUSR2), 'kill');
const [pipe] = readable(ends).filter((fd) => !before.includes(fd));
console.log('\nSIGUSR2 has been sent, and Node has not been in its loop since.');
console.log(`Descriptor ${pipe} has become readable.`);
console.log(`The function that process.on() was given has run: ${heard}`);

for (let i = 0; i < 2; i++) await new Promise(setImmediate); // the rest of the turn that the loop is in, and one more
console.log(
  `\nNode's loop has gone round; descriptor ${pipe} is in the set of its epoll descriptor, ${watchers(pipe!)}.`,
);
console.log(`Descriptor ${pipe} is readable: ${readable([pipe!]).length > 0}`);
console.log(`The function that process.on() was given has run: ${heard}`);
// #endregion libuv
