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
const output = file === undefined ? -1 : open(file);

/** Whether this process records its system calls. */
export const tracing = output >= 0;

function traceFile(): string | undefined {
  // The option is read here and not by the program's own parser, because imports run before any program does.
  const at = process.argv.findIndex((word) => word === '--trace' || word.startsWith('--trace='));
  if (at < 0) return process.env[INHERITED];
  const word = process.argv[at] as string;
  const path = word === '--trace' ? process.argv[at + 1] : word.slice('--trace='.length);
  // Without a file, or with another option in its place: the program's own parser will say so.
  return path?.startsWith('-') ? undefined : path || undefined;
}

function open(path: string): number {
  try {
    // The first process empties the file; those that it starts append to it. A line is one write, so lines stay whole.
    if (process.env[INHERITED] === undefined) writeFileSync(path, '');
    process.env[INHERITED] = resolve(path); // a child may start elsewhere
    return openSync(path, 'a');
  } catch (error) {
    process.stderr.write(`cannot write the trace: ${(error as Error).message}\n`);
    process.exit(1);
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
    const began = process.hrtime.bigint();
    const result = call(...args);
    const took = process.hrtime.bigint() - began;
    const record: TraceRecord = {
      time: Number(began) / 1000,
      pid: process.pid,
      thread: threadId,
      call: name,
      fd: on === 'fd' ? (args[0] as number) : -1,
      result,
      duration: Number(took) / 1000,
    };
    writeSync(output, `${JSON.stringify(record)}\n`);
    return result;
  };
}
