/** Shifts by the whole number, and not by its place in the byte: a byte has no bit 20. @diagnosis wrong-bit */

const FD_SETSIZE = 1024;

export function FD_SET(fd: number, set: Buffer): boolean {
  if (fd >= FD_SETSIZE) return false;
  set[fd >> 3]! |= 1 << fd;
  return true;
}

export function FD_CLR(fd: number, set: Buffer): void {
  set[fd >> 3]! &= ~(1 << fd);
}

export function FD_ISSET(fd: number, set: Buffer): boolean {
  return (set[fd >> 3]! & (1 << fd)) !== 0;
}
