/** node:net: the service on what Node itself makes of these chapters, and by option in several processes. */

import { Option } from 'commander';
import { announce, cannotListen, dieOnSignals, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { fork, type Schedule } from './cluster.ts';
import { addressOf, listen } from './listen.ts';

const NAME = '14-node-net';
const options = serverCommand(NAME, 'serve many clients with what Node has for it, in one process or in several')
  .option('--cluster <n>', 'how many processes; 0 serves in this one', wholeNumber(0, 64), 0)
  .addOption(
    new Option('--schedule <way>', 'who accepts for a cluster: the primary process, or each for itself')
      .choices(['primary', 'each'] as const)
      .default('primary'),
  )
  .parse()
  .opts<{ host: string; port: number; cluster: number; schedule: Schedule }>();

try {
  const { cluster: count, schedule } = options;
  const address = count === 0 ? addressOf(await listen(options)) : await fork(NAME, options, count, schedule);
  dieOnSignals(); // a BURN keeps Node from its own handlers
  announce(NAME, address);
} catch (error) {
  cannotListen(NAME, error);
}
