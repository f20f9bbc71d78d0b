/** What a server holds of the machine: its processes, its descriptors, its memory, its processor time. */

import { descriptors, type Process, processes, resident } from './proc.ts';
import type { Program, Server } from './server.ts';

/** By server: processes that are not its. A look at all of /proc costs milliseconds where a build runs beside the test. */
const others = new WeakMap<Program, Set<number>>();

/** The processes of a server, those that have ended apart. tsx's compiler, which stays where it had to compile, is not its. */
export function members(server: Program): Process[] {
  const strangers = others.get(server) ?? new Set();
  others.set(server, strangers);
  return processes(server.child.pid!, strangers).filter(({ name, state }) => name !== 'esbuild' && state !== 'Z');
}

/** The pids of a server's children. */
export function children(server: Server): number[] {
  return members(server)
    .filter(({ parent }) => parent === server.pid)
    .map(({ pid }) => pid);
}

/** Processes that have ended and that nobody has reaped. */
export function zombies(server: Program): Process[] {
  return processes(server.child.pid!).filter(({ state }) => state === 'Z');
}

/** How many descriptors all of its processes have open. */
export function openDescriptors(server: Program): number {
  return sum(members(server).map(({ pid }) => descriptors(pid).length));
}

/** How much memory its processes have in RAM, in bytes. What they share counts for each: compare, do not quote. */
export function residentBytes(server: Program): number {
  return sum(members(server).map(({ pid }) => resident(pid)));
}

/** How much processor time its processes have used, in milliseconds. */
export function processorTime(server: Program): number {
  return sum(members(server).map(({ cpu }) => cpu));
}

/** All of them together. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
