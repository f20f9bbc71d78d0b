/** Wakes those in accept4, and leaves those in read to clients that say nothing. @diagnosis idle-stays */

import { SHUT_RD, shutdown } from '../../../lib/sys/socket.ts';

export function stop(listener: number, _serving: Int32Array): void {
  shutdown(listener, SHUT_RD);
}
