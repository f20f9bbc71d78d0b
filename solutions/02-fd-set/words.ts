/** The same with words of 32 bits: on a machine that is little-endian, as ours are, they are the same bytes. */

/** How many descriptors a set has bits for: 0 … 1,023. Its Buffer has 128 bytes. */
export const FD_SETSIZE = 1024;

const words = (set: Buffer): Uint32Array => new Uint32Array(set.buffer, set.byteOffset, FD_SETSIZE / 32);

/** Puts a descriptor into a set. @returns false, and leaves the set as it is, when it has no bit for this one */
export function FD_SET(fd: number, set: Buffer): boolean {
  if (fd >= FD_SETSIZE) return false;
  words(set)[fd >> 5]! |= 1 << fd; // << looks at the lower five bits of its right side only
  return true;
}

/** Takes a descriptor out of a set, if it is in there. */
export function FD_CLR(fd: number, set: Buffer): void {
  words(set)[fd >> 5]! &= ~(1 << fd);
}

/** Whether a descriptor is in a set. */
export function FD_ISSET(fd: number, set: Buffer): boolean {
  return ((words(set)[fd >> 5]! >>> fd) & 1) === 1;
}
