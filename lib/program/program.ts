/** What the servers of the workshop have in common: their options, their listening line, and how they fail. */

import { lookup } from 'node:dns/promises';
import { existsSync, realpathSync } from 'node:fs';
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { formatAddress, type SocketAddress } from '../sys/address.ts';
import { SystemError } from '../sys/errors.ts';
import { SIG_DFL, SIGINT, SIGTERM, signal } from '../sys/process.ts';
import { getsockname, type ListenerOptions, openListener } from '../sys/socket.ts';
import { isTraceFile } from '../sys/trace.ts';
import { command, line } from './tool.ts';

/** Where a server shall listen. */
export interface Where {
  /** A numeric address or a name. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * A command line with the options that every server takes; add the program's own with option(), then call opts().
 * A mistake in it ends the process with one line and status 2.
 *
 * @param name as in `05-prefork`
 * @param summary one line, for --help
 */
export function serverCommand(name: string, summary: string): Command {
  return command(name, summary)
    .option('--host <host>', 'address or name to listen on', addressOrName, '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8090)
    .option('--trace <file>', 'record the system calls that it makes itself, as JSON lines', traceFile);
}

/** An option's parser that takes an address or a name. */
export function addressOrName(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It takes an address or a name.');
}

/** Only looks: lib/sys/trace.ts has read the option already. */
function traceFile(text: string): string {
  if (isTraceFile(text)) return text;
  throw new InvalidArgumentError('It takes a file; one whose name begins with - as ./-name.');
}

/** An option's parser that takes whole numbers from `least` to `most`, in decimal digits. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}

/**
 * Opens the listener of a server. What stands in the way, such as a port in use, ends the process with one line and
 * status 1.
 *
 * @param name the program's
 * @returns the listener's descriptor
 */
export async function openServer(name: string, where: Where, options: ListenerOptions = {}): Promise<number> {
  try {
    const host = isIP(where.host) === 0 ? (await lookup(where.host)).address : where.host;
    return openListener({ host, port: where.port }, options);
  } catch (error) {
    cannotListen(name, error);
  }
}

/** Ends a server that cannot listen, with one line and status 1. @throws what is no failure of that, but a bug */
export function cannotListen(name: string, error: unknown): never {
  const { message, syscall } = error as NodeJS.ErrnoException;
  // A RangeError is an address that encodeAddress() does not take; a lookup's failure bears its system call too.
  if (!(error instanceof SystemError || error instanceof RangeError || syscall !== undefined)) throw error;
  process.stderr.write(line(`${name}: ${message}`));
  process.exit(1);
}

/** Prints the line that people and tests wait for: the server is ready. @param listener its descriptor, or its address */
export function announce(name: string, listener: number | SocketAddress): void {
  // Whoever reads what is printed may go away; the server serves on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const address = typeof listener === 'number' ? getsockname(listener) : listener;
  console.log(`${name} listening on ${formatAddress(address)} (pid ${process.pid})`);
}

/**
 * Lets SIGINT and SIGTERM end this process at once, as the kernel does by default. For a thread that spends its life in
 * system calls: no JavaScript handler, such as tsx installs, would ever run there.
 */
export function dieOnSignals(): void {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
}

/**
 * Whether a module is the program that was started, and not imported by another. Not for what children and threads run:
 * compile() makes one file of an entry and its imports, so that all of them have the same import.meta.url there.
 *
 * @param url its import.meta.url
 * @throws Error in such a bundle, where every module would take itself for the program
 */
export function isProgram(url: string): boolean {
  const path = fileURLToPath(url);
  if (path.endsWith('.mjs')) throw new Error(`${path} is a bundle: which of its modules was started, nobody can tell`);
  const [, started] = process.argv;
  if (started === undefined) return false;
  // tsx takes a path without its ending too; and after node --eval this word is an argument, not a path.
  const program = [started, `${started}.ts`].find((candidate) => existsSync(candidate));
  return program !== undefined && realpathSync(program) === path;
}
