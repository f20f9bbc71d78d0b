/** The iterative server of chapter 01, with your Patience between it and the clients. */

import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Face, HEADROOM, Session } from '../../lib/service/session.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check, EAGAIN } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { answer, say } from '../check/answer.ts';
import { subject } from '../check/subject.ts';

const NAME = '01-timeouts';
const options = serverCommand(NAME, 'serve one client at a time, with your Patience')
  .option('--patience <ms>', 'how long a client may take for a request', wholeNumber(1, 600_000), 5000)
  .parse()
  .opts<{ host: string; port: number; patience: number }>();
const { Patience } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Patience');

const input = Memory.allocate(HEADROOM + CHUNK);

// #region serve
/** Serves a connection, unless its client is too slow. */
function serve(fd: number): void {
  const patience = new Patience(fd, options.patience);
  const session = new Session();
  session.reset(Face.Unknown);
  patience.begins();
  for (;;) {
    const answered = answer(fd, session);
    if (answered < 0) return;
    if (answered > 0) patience.begins();
    const count = patience.read(input, HEADROOM, CHUNK);
    if (count === -EAGAIN) say(fd, 'ERROR too slow\n');
    if (count < 0) return;
    if (count === 0) session.finish();
    else session.feed(input.bytes, HEADROOM, HEADROOM + count);
  }
}
// #endregion serve

const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4');
  serve(client);
  close(client);
}
