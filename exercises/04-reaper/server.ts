/** The server of chapter 04 and its children; the parent's loop is yours. */

import { compile } from '../../lib/program/bundle.ts';
import { startChild } from '../../lib/program/launch.ts';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { subject } from '../check/subject.ts';

const NAME = '04-reaper';
const options = serverCommand(NAME, 'serve each client in a process of its own, which your loop starts')
  .parse()
  .opts<{ host: string; port: number }>();
const { serve } = await subject<typeof import('./starter.ts')>(import.meta.url, 'serve');
const listener = await openServer(NAME, options);
// #region start
const child = new URL('../../chapters/04-process-per-connection/child.ts', import.meta.url);
compile(child);
dieOnSignals();
announce(NAME, listener);
await serve(listener, (client) => startChild(child, [], [client]));
// #endregion start
