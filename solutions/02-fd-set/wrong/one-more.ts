/** Lets one more in than there are bits. @diagnosis not-refused */

const FD_SETSIZE = 1024;

export function FD_SET(fd: number, set: Buffer): boolean {
  if (fd > FD_SETSIZE) return false;
  set[fd >> 3]! |= 1 << (fd & 7);
  return true;
}

export function FD_CLR(fd: number, set: Buffer): void {
  set[fd >> 3]! &= ~(1 << (fd & 7));
}

export function FD_ISSET(fd: number, set: Buffer): boolean {
  return (set[fd >> 3]! & (1 << (fd & 7))) !== 0;
}
