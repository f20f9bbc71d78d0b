/** A client that is gone while its server is busy with what it asked for. */

import type { ExecutionContext } from 'ava';
import { connectTo } from './client.ts';
import { openDescriptors } from './footprint.ts';
import { ends, settled } from './kernel.ts';
import { type Server, until } from './server.ts';

/**
 * Has a client send a reset during a request.
 *
 * @param request takes so long that the server sleeps meanwhile: `WAIT 600000`
 * @returns how many descriptors the server had open before the client came
 */
export async function resetDuring(t: ExecutionContext, server: Server, request: string): Promise<number> {
  await settled(server);
  const before = openDescriptors(server);
  const client = await connectTo(t, server);
  t.is(await client.send(`PING\n${request}\n`).line(), 'PONG');
  const { localPort } = client.socket;
  t.is(openDescriptors(server), before + 1);
  client.reset();
  await until(() => !ends(server.port).some(({ peer }) => peer === localPort), 'the kernel has ended the connection');
  return before;
}
