/** Ends both directions of every connection, also that in which an answer is on its way. @diagnosis cut-off */

import { SHUT_RDWR, shutdown } from '../../../lib/sys/socket.ts';

export function stop(listener: number, serving: Int32Array): void {
  for (const fd of [listener, ...serving]) if (fd >= 0) shutdown(fd, SHUT_RDWR);
}
