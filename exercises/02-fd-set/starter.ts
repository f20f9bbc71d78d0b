/** A set of descriptors for select(2). As it stands each has a byte; the kernel looks at bits. */

/** How many descriptors a set has bits for: 0 … 1,023. Its Buffer has 128 bytes. */
export const FD_SETSIZE = 1024;

/** Puts a descriptor into a set. @returns false, and leaves the set as it is, when it has no bit for this one */
export function FD_SET(fd: number, set: Buffer): boolean {
  set[fd] = 1;
  return true;
}

/** Takes a descriptor out of a set, if it is in there. */
export function FD_CLR(fd: number, set: Buffer): void {
  set[fd] = 0;
}

/** Whether a descriptor is in a set. */
export function FD_ISSET(fd: number, set: Buffer): boolean {
  return set[fd] === 1;
}
