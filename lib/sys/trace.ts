/** The trace of system calls: chosen once when this module loads, and absent from the code when it is off. */

import { openSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { threadId } from 'node:worker_threads';

/** One line of a trace file. */
export interface TraceRecord {
  /** When the call began, in microseconds on CLOCK_MONOTONIC, which all processes of one machine share. */
  readonly time: number;
  readonly pid: number;
  /** 0 in a process's main thread, else the number that node:worker_threads gives the thread. */
  readonly thread: number;
  /** The man page's name, as in `epoll_wait`. */
  readonly call: string;
  /** The descriptor that the call was made on, or -1 where it takes none. */
  readonly fd: number;
  /** What the call returned: its result, or a negative errno. */
  readonly result: number;
  /** How long the call took, in microseconds. */
  readonly duration: number;
}

/** Children and worker threads inherit the environment, not the command line. */
const INHERITED = 'SOCKETS_TRACE_FILE';

const file = traceFile();
/** The first process empties the file; those that it starts append to it. */
const first = process.env[INHERITED] === undefined;
if (file !== undefined) process.env[INHERITED] = resolve(file); // a child may start elsewhere
/** The descriptor of the file, from the first record on. */
let output: number | undefined;
/** The file can be written no more. */
let ended = false;

/** Whether this process records its system calls. */
export const tracing = file !== undefined;

function traceFile(): string | undefined {
  // The option is read here and not by the program's own parser, because imports run before any program does. Of several
  // the last counts, as there; and a word that is no file's name ends the program there, before it makes any call.
  const at = process.argv.findLastIndex((word) => word === '--trace' || word.startsWith('--trace='));
  if (at < 0) return process.env[INHERITED];
  const word = process.argv[at] as string;
  const path = word === '--trace' ? process.argv[at + 1] : word.slice('--trace='.length);
  return path === undefined || !isTraceFile(path) ? undefined : path;
}

/** Whether --trace takes a word for the name of a file, and not for an option whose file was forgotten. */
export function isTraceFile(word: string): boolean {
  return word !== '' && !word.startsWith('-');
}

/**
 * Opens the trace file, unless that was done or there is none: at the first call that is recorded, lest --help empty it,
 * and before a process starts others, which record in it too.
 */
export function openTrace(): void {
  if (file === undefined || output !== undefined) return;
  try {
    if (first) writeFileSync(file, '');
    output = openSync(file, 'a'); // a line is one write, so lines of several processes stay whole
  } catch (error) {
    process.stderr.write(`cannot write the trace: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

/** Writes a record. When that fails, as on a full disk, the trace ends, and the program goes on. */
function record(line: string): void {
  openTrace();
  try {
    writeSync(output!, line);
  } catch (error) {
    ended = true;
    try {
      writeSync(2, `the trace ends here: ${(error as Error).message}\n`);
    } catch {} // nobody wants to know
  }
}

/**
 * Makes a system call leave a record in the trace file; returns `call` itself when no trace was asked for.
 *
 * @param name the man page's name of the call
 * @param call takes any arguments, returns the result or a negative errno
 * @param on 'fd' when the first argument is the descriptor that the call works on
 */
export function traced<Arguments extends unknown[]>(
  name: string,
  call: (...args: Arguments) => number,
  on: 'fd' | 'nothing' = 'fd',
): (...args: Arguments) => number {
  if (!tracing) return call;
  return (...args) => {
    if (ended) return call(...args);
    const began = process.hrtime.bigint();
    const result = call(...args);
    const took = process.hrtime.bigint() - began;
    const entry: TraceRecord = {
      time: Number(began) / 1000,
      pid: process.pid,
      thread: threadId,
      call: name,
      fd: on === 'fd' ? (args[0] as number) : -1,
      result,
      duration: Number(took) / 1000,
    };
    record(`${JSON.stringify(entry)}\n`);
    return result;
  };
}
