/** Closes the listener. The number is gone, and whoever sleeps on the socket sleeps on. @diagnosis closed */

import { close } from '../../../lib/sys/io.ts';
import { SHUT_RD, shutdown } from '../../../lib/sys/socket.ts';

export function stop(listener: number, serving: Int32Array): void {
  close(listener);
  for (const client of serving) if (client >= 0) shutdown(client, SHUT_RD);
}
