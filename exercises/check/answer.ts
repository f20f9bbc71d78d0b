/** What the blocking servers of the exercises do with a session: all that it asks for, but to read. */

import { burn } from '../../lib/service/burn.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Output } from '../../lib/service/output.ts';
import { type Session, Step } from '../../lib/service/session.ts';
import { write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { nanosleep } from '../../lib/sys/process.ts';

const pending = Memory.allocate(CHUNK);
const output = new Output(pending.bytes);

/**
 * Answers the requests that have come, whatever time that takes.
 *
 * @param fd a connected socket, blocking
 * @returns how many bytes were answered, when the session needs more to read; -1 when the conversation is over
 */
export function answer(fd: number, session: Session): number {
  for (let answered = 0; ; ) {
    const step = session.next(output);
    answered += output.length;
    if (!flush(fd) || step === Step.Close) return -1;
    if (step === Step.Read) return answered;
    if (step === Step.Wait) nanosleep(session.amount);
    if (step !== Step.Write) session.resume(output, step === Step.Burn ? burn(session.amount) : 0);
  }
}

/** Says a last word. */
export function say(fd: number, text: string): void {
  output.putText(text);
  flush(fd);
}

/** @returns false when nobody reads any more */
function flush(fd: number): boolean {
  while (output.length > 0) {
    const count = write(fd, pending, output.start, output.length);
    if (count >= 0) output.wrote(count);
    else {
      output.clear();
      return false;
    }
  }
  return true;
}
