/** What the tests of `lab load` share: to start it, to see what it wrote, and servers of a test's own to load. */

import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import { launchServer, type Program, type Server, type StartOptions, startProgram } from '../../lib/testing/server.ts';

export const EPOLL = 'chapters/09-epoll/server.ts';

/** Starts `lab load`. @param path lab.mjs, for the way of `npx lab` */
export function start(
  t: ExecutionContext,
  args: readonly string[],
  options: Omit<StartOptions, 'args'> = {},
  path: 'lab/lab.ts' | 'lab/lab.mjs' = 'lab/lab.ts',
): Program {
  return startProgram(t, path, { ...options, args: ['load', ...args] });
}

/** A server of chapter 09 for the tests of one file, started when it is first asked for. @param test ava's, whose end is its */
export function epollOf(test: TestFn): () => Promise<Server> {
  let launching: Promise<Server> | undefined;
  test.after.always(async () => (await launching)?.kill());
  return () => {
    launching ??= launchServer(EPOLL);
    return launching;
  };
}

/** The words that name a server as the target. */
export const at = ({ host, port }: { host: string; port: number }): string[] => ['--target', `${host}:${port}`];

/** A folder for files; its path, and that of a file in it. */
export function folder(t: ExecutionContext): (file: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'lab-load-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return (file) => join(path, file);
}

/** What --json writes, as far as it is looked at here. */
export interface Written {
  readonly requests: number;
  readonly seconds: number;
  readonly served: number;
  readonly held: number;
  readonly processes: number;
  readonly unanswered: number;
  readonly unsent: number;
  readonly errors: Record<string, number>;
  readonly differences: string[];
  readonly partial?: string;
  readonly connecting: { readonly connected: number; readonly answered: number; readonly seconds: number };
  readonly roundTrips: Record<string, number>;
  readonly service?: Record<string, number>;
  readonly timeline: { readonly count: number }[];
  readonly perConnection: {
    readonly requests: number;
    readonly errors: number;
    readonly min?: number;
    readonly max?: number;
  }[];
}

/** Runs to the end. @returns what it wrote, how it ended, and what it said */
export async function run(
  t: ExecutionContext,
  args: readonly string[],
  options: Omit<StartOptions, 'args'> = {},
): Promise<{ written: Written; status: number | string; stdout: string; stderr: string }> {
  const path = folder(t)('load.json');
  const program = start(t, [...args, '--json', path], options);
  const status = await program.ended;
  t.deepEqual(program.survivors, []);
  const [stdout, stderr] = [program.stdout.join('\n'), program.stderr.join('\n')];
  const written = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Written) : ({} as Written);
  return { written, status, stdout, stderr };
}

/** All went well. */
export function well(t: ExecutionContext, { written, status, stderr }: Awaited<ReturnType<typeof run>>): void {
  t.is(status, 0, stderr);
  t.deepEqual([written.errors, written.unanswered, written.partial], [{}, 0, undefined]);
}

/**
 * Lines that a server of the test's own answers, on TCP or on a path.
 *
 * @param accepted is told of each connection
 * @returns where it listens
 */
export async function serve(
  t: ExecutionContext,
  answer: (socket: Socket, line: string) => void,
  { path, accepted }: { path?: string; accepted?: (socket: Socket) => void } = {},
): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    accepted?.(socket);
    socket
      .on('error', () => {})
      .on('data', (data) => {
        for (const line of data.toString().split('\n').slice(0, -1)) answer(socket, line);
      });
  });
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path });
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path ?? `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** It ends with a status and one line, and says nothing else. */
export async function says(t: ExecutionContext, program: Program, status: number, line: RegExp): Promise<void> {
  t.is(await program.ended, status, program.stderr.join('\n'));
  t.deepEqual([program.stdout, program.stderr.length], [[], 1], program.stderr.join('\n'));
  t.regex(program.stderr[0]!, line);
}
