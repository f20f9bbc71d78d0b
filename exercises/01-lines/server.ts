/** The iterative server of chapter 01, with your Lines between read() and the service. */

import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { burn } from '../../lib/service/burn.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Output } from '../../lib/service/output.ts';
import { Face, HEADROOM, Session, Step } from '../../lib/service/session.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { nanosleep } from '../../lib/sys/process.ts';
import { subject } from '../check/subject.ts';

const NAME = '01-lines';
const options = serverCommand(NAME, 'serve one client at a time, with your Lines')
  .parse()
  .opts<{ host: string; port: number }>();
const { Lines } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Lines');

const input = Memory.allocate(CHUNK);
const line = Buffer.alloc(HEADROOM + CHUNK);
const pending = Memory.allocate(CHUNK);
const output = new Output(pending.bytes);

// #region serve
/** Serves a connection: what is read goes through Lines, and each line to the service. */
function serve(fd: number): void {
  const lines = new Lines();
  const session = new Session();
  session.reset(Face.Line);
  for (;;) {
    const count = read(fd, input, 0, CHUNK);
    if (count <= 0) return;
    for (const each of lines.take(input.bytes.subarray(0, count))) answer(fd, session, each);
    if (lines.tooLong) {
      output.putText('ERROR line too long\n');
      flush(fd);
      return;
    }
  }
}
// #endregion serve

/** Has the service answer one line. */
function answer(fd: number, session: Session, text: Buffer): void {
  text.copy(line, HEADROOM);
  line.write('\r\n', HEADROOM + text.length); // it drops one CR: if the text ends with one, that stays
  session.feed(line, HEADROOM, HEADROOM + text.length + 2);
  for (;;) {
    const step = session.next(output);
    flush(fd);
    if (step === Step.Read || step === Step.Close) return;
    if (step === Step.Wait) nanosleep(session.amount);
    if (step !== Step.Write) session.resume(output, step === Step.Burn ? burn(session.amount) : 0);
  }
}

function flush(fd: number): void {
  while (output.length > 0) {
    const count = write(fd, pending, output.start, output.length);
    if (count < 0) output.clear();
    else output.wrote(count);
  }
}

const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4');
  serve(client);
  close(client);
}
