/** Thread per connection: whoever connects is given a thread, which blocks for this client alone and ends with it. */

import { Acceptor } from '../../lib/program/acceptor.ts';
import { compile } from '../../lib/program/bundle.ts';
import { startWorker } from '../../lib/program/launch.ts';
import { freeDescriptors, freeMappings, Places } from '../../lib/program/places.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { close } from '../../lib/sys/io.ts';

const NAME = '03-thread-per-connection';
const THREAD = new URL('./thread.ts', import.meta.url);

const options = serverCommand(NAME, 'serve each client in a thread of its own')
  .option('--max-threads <n>', 'how many at a time; more clients wait in the backlog', wholeNumber(1, 10_000), 64)
  .parse()
  .opts<{ host: string; port: number; maxThreads: number }>();

const listener = await openServer(NAME, options, { nonblocking: true });
compile(THREAD); // now, and not while the first client waits

// #region room
/** What a thread takes of the process's descriptors: its connection, four for an event loop, three while it reads its code. */
const DESCRIPTORS = 8;
/** What it takes of the process's mappings of memory: some 50, and more when its heap grows. */
const MAPPINGS = 64;

const most = Math.floor(Math.min(freeDescriptors() / DESCRIPTORS, freeMappings() / MAPPINGS));
const threads = Math.max(1, Math.min(options.maxThreads, most));
if (threads < options.maxThreads) {
  const each = `each takes ${DESCRIPTORS} descriptors (ulimit -n) and ${MAPPINGS} mappings (vm.max_map_count)`;
  console.error(`${NAME}: ${threads} threads at a time, not ${options.maxThreads}: ${each}`);
}
const places = new Places(threads);
// #endregion room

dieOnSignals();
announce(NAME, listener);

// #region loop
const complain = ({ message }: Error): void =>
  console.error(`${NAME}: a client lost its thread (${message.split('\n', 1)[0]})`);
const acceptor = new Acceptor(listener);
for (;;) {
  await places.take();
  const client = await acceptor.accept();
  const ended = (): void => {
    close(client); // this thread opened it, so this thread closes it, however the other one ended
    places.leave();
  };
  try {
    startWorker(THREAD, { workerData: client }).on('error', complain).on('exit', ended);
  } catch (error) {
    complain(error as Error); // the machine has no more threads
    ended();
  }
}
// #endregion loop
