/** Leaves it to Node, which waits for threads that run no JavaScript. @diagnosis not-woken */

import { SHUT_RD, shutdown } from '../../../lib/sys/socket.ts';

export function stop(_listener: number, serving: Int32Array): void {
  for (const client of serving) if (client >= 0) shutdown(client, SHUT_RD);
  process.exit(0);
}
