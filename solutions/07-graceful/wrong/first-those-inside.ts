/** Waits until nobody is served before it shuts the door: on a busy day that never comes. @diagnosis still-accepts */

import { SHUT_RD, shutdown } from '../../../lib/sys/socket.ts';

export function stop(listener: number, serving: Int32Array): void {
  for (const client of serving) if (client >= 0) shutdown(client, SHUT_RD);
  const timer = setInterval(() => {
    if (serving.some((client) => client >= 0)) return;
    clearInterval(timer);
    shutdown(listener, SHUT_RD);
  }, 50);
}
