/** One process of a cluster: the same server; node:cluster sees to it that its listen() means the address of all. */

import { endWithParent } from '../../lib/program/child.ts';
import { listen } from './listen.ts';

endWithParent();
const [host = '', port] = process.argv.slice(2);
try {
  await listen({ host, port: Number(port) });
} catch (error) {
  process.send?.((error as Error).message, () => process.exit(1)); // and another takes its place, later
}
