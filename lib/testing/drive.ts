/** Drives a session as a carrier would, with neither socket nor clock: chunks go in, answers and steps come out. */

import { Output } from '../service/output.ts';
import { Face, HEADROOM, MIN_OUTPUT, Session, Step } from '../service/session.ts';

export interface Driving {
  /** Serves the conversation; a new one unless given. */
  readonly session?: Session;
  /** How the client is known to speak. */
  readonly face?: Face;
  /** Whether the client ends its side after the last chunk. */
  readonly finish?: boolean;
  /** The size of the output, in bytes. */
  readonly room?: number;
  /** How many bytes the socket takes of a full output at a time. */
  readonly taken?: number;
  /** Ends the conversation after so many bytes of transcript. */
  readonly limit?: number;
  /** Sees each step before it is carried out. @returns the session to go on with */
  readonly meddle?: (session: Session, step: Step) => Session;
}

export interface Conversation {
  /** What came out, one character for each byte, and where they were asked for the steps: `⟨wait 250⟩`, `⟨close⟩`. */
  readonly transcript: string;
  /** How often the session was asked to go on, but for those times when the output was full. */
  readonly turns: number;
  /** The most bytes that ever stood in the output. */
  readonly highest: number;
  /** As it is at the end. */
  readonly session: Session;
}

/** The bytes of a text of one byte a character. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Cuts bytes into chunks of the given sizes, taken in turns. */
export function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/**
 * Holds a conversation. It is an unkind carrier: it spoils its input buffer whenever the session has no right to it. But
 * no WAIT takes time, and no BURN is worked: its result is its number of rounds.
 *
 * @param chunks what the client sends, as the reads return it
 * @throws Error when the session makes no progress, or goes on after Step.Close
 */
export function converse(chunks: readonly (string | Buffer)[], driving: Driving = {}): Conversation {
  const {
    face = Face.Unknown,
    finish = false,
    room = MIN_OUTPUT,
    taken = room,
    limit = Number.POSITIVE_INFINITY,
  } = driving;
  const sent = chunks.map((chunk) => (typeof chunk === 'string' ? bytesOf(chunk) : chunk));
  const input = Buffer.alloc(HEADROOM + Math.max(0, ...sent.map((chunk) => chunk.length)));
  const output = new Output(Buffer.alloc(room));
  let session = driving.session ?? new Session();
  let transcript = '';
  let turns = 0;
  let highest = 0;
  let fed = 0;

  const write = (most: number): void => {
    const count = Math.min(most, output.length);
    transcript += output.bytes.toString('latin1', output.start, output.start + count);
    output.wrote(count);
  };
  const end = (): Conversation => ({ transcript: transcript.slice(0, limit), turns, highest, session });

  session.reset(face);
  while (transcript.length < limit) {
    const step = session.next(output);
    highest = Math.max(highest, output.length);
    if (driving.meddle !== undefined) session = driving.meddle(session, step);
    if (step === Step.Write) {
      if (output.length === 0) throw new Error('an empty output was said to be full');
      write(taken);
      continue;
    }
    turns++;
    write(output.length);
    switch (step) {
      case Step.Read:
        input.fill('\n');
        if (fed < sent.length) {
          const chunk = sent[fed++]!;
          input.set(chunk, HEADROOM);
          session.feed(input, HEADROOM, HEADROOM + chunk.length);
        } else if (!finish) return end();
        else if (session.ended) throw new Error('more bytes were asked for after the end');
        else session.finish();
        break;
      case Step.Wait:
        transcript += `⟨wait ${session.amount}⟩`;
        session.resume(output);
        break;
      case Step.Burn:
        transcript += `⟨burn ${session.amount}⟩`;
        session.resume(output, session.amount);
        break;
      case Step.Close:
        transcript += '⟨close⟩';
        if (session.next(output) !== Step.Close || output.length > 0) throw new Error('it went on after the end');
        return end();
    }
  }
  return end();
}
