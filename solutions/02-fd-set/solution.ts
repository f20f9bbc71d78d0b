/** A set of descriptors for select(2): a bit for each, and none for the 1,025th. */

/** How many descriptors a set has bits for: 0 … 1,023. Its Buffer has 128 bytes. */
export const FD_SETSIZE = 1024;

/** Puts a descriptor into a set. @returns false, and leaves the set as it is, when it has no bit for this one */
export function FD_SET(fd: number, set: Buffer): boolean {
  if (fd >= FD_SETSIZE) return false; // C would write past the end, and a Buffer would drop the write
  const bit = 1 << (fd & 7); // the lower three bits of the number are the place in the byte
  set[fd >> 3]! |= bit;
  return true;
}

/** Takes a descriptor out of a set, if it is in there. */
export function FD_CLR(fd: number, set: Buffer): void {
  const bit = 1 << (fd & 7);
  set[fd >> 3]! &= ~bit; // seven others have bits in the same byte
}

/** Whether a descriptor is in a set. */
export function FD_ISSET(fd: number, set: Buffer): boolean {
  const bit = 1 << (fd & 7);
  return (set[fd >> 3]! & bit) !== 0; // it is `bit` or 0, and `bit` is rarely 1
}
