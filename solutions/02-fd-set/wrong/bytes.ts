/** Compares a descriptor, which is a number of a bit, with a number of bytes. @diagnosis refused-too-soon */

export function FD_SET(fd: number, set: Buffer): boolean {
  if (fd >= set.length) return false;
  set[fd >> 3]! |= 1 << (fd & 7);
  return true;
}

export function FD_CLR(fd: number, set: Buffer): void {
  set[fd >> 3]! &= ~(1 << (fd & 7));
}

export function FD_ISSET(fd: number, set: Buffer): boolean {
  return (set[fd >> 3]! & (1 << (fd & 7))) !== 0;
}
