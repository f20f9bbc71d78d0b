/** Process per connection: whoever connects is given a child process, which inherits the connection and ends with it. */

import { Acceptor } from '../../lib/program/acceptor.ts';
import { compile } from '../../lib/program/bundle.ts';
import { startChild } from '../../lib/program/launch.ts';
import { Places } from '../../lib/program/places.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { close } from '../../lib/sys/io.ts';

const NAME = '04-process-per-connection';
const CHILD = new URL('./child.ts', import.meta.url);

const options = serverCommand(NAME, 'serve each client in a process of its own')
  .option('--max-children <n>', 'how many at a time; more clients wait in the backlog', wholeNumber(1, 10_000), 32)
  .parse()
  .opts<{ host: string; port: number; maxChildren: number }>();

const listener = await openServer(NAME, options, { nonblocking: true });
compile(CHILD); // now, and not while the first client waits
dieOnSignals();
announce(NAME, listener);

// #region start
const places = new Places(options.maxChildren);

/** Starts a child for a connection, which is the child's alone from then on. */
function attend(client: number): void {
  const failed = ({ message }: Error): void => {
    console.error(`${NAME}: no child for a client (${message}); its connection is closed`);
    places.leave();
  };
  try {
    const child = startChild(CHILD, [], [client]);
    child.on('error', failed); // there was none to start
    child.on('exit', (status, signal) => {
      if (status !== 0) console.error(`${NAME}: child ${child.pid} ended (${signal ?? `status ${status}`})`);
      places.leave();
    });
  } catch (error) {
    failed(error as Error);
  } finally {
    close(client); // the child has its own descriptor for it by now
  }
}
// #endregion start

// #region loop
const acceptor = new Acceptor(listener);
for (;;) {
  await places.take();
  attend(await acceptor.accept());
}
// #endregion loop
