/** The iterative server of chapter 01, with your Lines between read() and the service. */

import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Face, HEADROOM, Session } from '../../lib/service/session.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { answer, say } from '../check/answer.ts';
import { subject } from '../check/subject.ts';

const NAME = '01-lines';
const options = serverCommand(NAME, 'serve one client at a time, with your Lines')
  .parse()
  .opts<{ host: string; port: number }>();
const { Lines } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Lines');

const input = Memory.allocate(CHUNK);
const line = Buffer.alloc(HEADROOM + CHUNK);

// #region serve
/** Serves a connection: what is read goes through Lines, and each line to the service. */
function serve(fd: number): void {
  const lines = new Lines();
  const session = new Session();
  session.reset(Face.Line);
  for (;;) {
    const count = read(fd, input, 0, CHUNK);
    if (count <= 0) return;
    for (const each of lines.take(input.bytes.subarray(0, count))) {
      feed(session, each);
      answer(fd, session);
    }
    if (lines.tooLong) {
      say(fd, 'ERROR line too long\n');
      return;
    }
  }
}
// #endregion serve

/** Hands a line to the service. */
function feed(session: Session, text: Buffer): void {
  text.copy(line, HEADROOM);
  line.write('\r\n', HEADROOM + text.length); // it drops one CR: if the text ends with one, that stays
  session.feed(line, HEADROOM, HEADROOM + text.length + 2);
}

const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4');
  serve(client);
  close(client);
}
