/** A pool that stays at its size: whoever ends, child process or thread, is replaced. */

import type { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/** Who ends sooner than this, in milliseconds, is replaced only after as long: no crash loop eats the machine. */
const SHORT_LIFE = 1000;

// #region pool
/** So many children or threads, each in a slot of its own; another takes the slot of whoever ends. */
export class Pool<Member extends ChildProcess | Worker> {
  /** By slot: who has it now, or had it last; nobody when the very first could not even be started. */
  readonly members: (Member | undefined)[] = [];
  readonly #name: string;
  readonly #start: (slot: number) => Member;
  readonly #ended: (slot: number) => string;
  readonly #restarts: NodeJS.Timeout[] = [];
  #stopped = false;

  /**
   * Starts them all.
   *
   * @param name the program's, which begins the line that tells of an end
   * @param start starts one, for the slot that it is told
   * @param ended is told whose slot is empty; what it returns is put into the line, after `ended (SIGKILL)`
   */
  constructor(name: string, size: number, start: (slot: number) => Member, ended: (slot: number) => string = () => '') {
    this.#name = name;
    this.#start = start;
    this.#ended = ended;
    this.members.length = size;
    for (let slot = 0; slot < size; slot++) this.#fill(slot);
  }

  /** Replaces nobody any more. To end them is the caller's business. */
  stop(): void {
    this.#stopped = true;
    for (const restart of this.#restarts) clearTimeout(restart);
  }

  #fill(slot: number): void {
    const began = performance.now();
    const replace = (what: string): void => {
      const more = this.#ended(slot);
      if (this.#stopped) return;
      console.error(`${this.#name}: ${what.replace(/\s*\n\s*/g, ' ')}${more}; another takes its place`);
      const pause = performance.now() - began < SHORT_LIFE ? SHORT_LIFE : 0;
      this.#restarts[slot] = setTimeout(() => this.#fill(slot), pause);
    };
    try {
      const member = this.#start(slot);
      this.members[slot] = member;
      whenOver(member, replace);
    } catch (error) {
      replace(`nobody could be started (${(error as Error).message})`); // no descriptor or no memory is left
    }
  }
}
// #endregion pool

/** Calls `over` once, when a child or a thread has ended or did not even start, and says what became of it. */
function whenOver(member: ChildProcess | Worker, over: (what: string) => void): void {
  const who = member instanceof Worker ? `thread ${member.threadId}` : `child ${member.pid}`;
  let failure: string | undefined;
  member.on('error', ({ message }: Error) => {
    failure = message; // of a thread: its end follows
    if (!(member instanceof Worker) && member.pid === undefined) over(`a child did not start (${message})`);
  });
  member.on('exit', (status: number | null, signal?: NodeJS.Signals | null) =>
    over(`${who} ended (${failure ?? signal ?? `status ${status}`})`),
  );
}
