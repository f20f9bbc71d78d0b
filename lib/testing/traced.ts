/** A server whose system calls a test looks at. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import type { TraceRecord } from '../sys/trace.ts';
import { hold, pingAll } from './client.ts';
import { settled } from './kernel.ts';
import { launchServer, type Server, until } from './server.ts';

/** A server that was started with --trace. A call that has not returned has no record yet. */
export class Traced {
  readonly server: Server;
  readonly #directory: string;
  readonly #file: string;
  /** So many bytes of the trace are forgotten. */
  #from = 0;

  private constructor(server: Server, directory: string, file: string) {
    this.server = server;
    this.#directory = directory;
    this.#file = file;
  }

  /** Starts a server; whoever calls this ends it with kill(). @param path from the root of the repository @param by the words that start it */
  static async launch(path: string, args: readonly string[] = [], by: readonly string[] = []): Promise<Traced> {
    const directory = mkdtempSync(join(tmpdir(), 'sockets-trace-'));
    const file = join(directory, 'trace.jsonl');
    try {
      return new Traced(await launchServer(path, { by, args: [...args, '--trace', file] }), directory, file);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Forgets all calls so far. */
  forget(): void {
    this.#from = this.#read().length;
  }

  /** The calls since, in the order in which they returned; only those with one of the names, when any is given. */
  calls(...names: string[]): TraceRecord[] {
    return this.#read()
      .toString('utf8', this.#from)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as TraceRecord)
      .filter(({ call }) => names.length === 0 || names.includes(call));
  }

  /** What stands in the trace, up to the last whole line: half of one may be seen while it is written. */
  #read(): Buffer {
    if (!existsSync(this.#file)) return Buffer.alloc(0); // no call has been made
    const trace = readFileSync(this.#file);
    return trace.subarray(0, trace.lastIndexOf('\n') + 1);
  }

  /** Waits until so many connections have been closed: all records of them are there then. */
  async closed(connections: number): Promise<void> {
    await until(() => this.calls('close').length >= connections, `${connections} connections have been closed`);
  }

  /** Ends the server, with all that it left. */
  async kill(): Promise<void> {
    await this.server.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/**
 * Servers with a trace for the tests of one file: each is started once for all of them, and has forgotten what was before
 * whenever it is asked for.
 *
 * @param test ava's, whose end is theirs
 * @returns takes a path from the root of the repository, and options
 */
export function traces(test: TestFn): (path: string, ...args: string[]) => Promise<Traced> {
  const launched = new Map<string, Promise<Traced>>();
  test.after.always(() => Promise.all([...launched.values()].map(async (traced) => (await traced).kill())));
  return async (path, ...args) => {
    const words = [path, ...args].join(' ');
    const launching = launched.get(words) ?? Traced.launch(path, args);
    launched.set(words, launching);
    const traced = await launching;
    await settled(traced.server);
    traced.forget();
    return traced;
  };
}

/** A loop that is told who is ready reads from those, once each, and from nobody else. @param wait the call that tells */
export async function readsAsTold(t: ExecutionContext, traced: Traced, wait: 'select' | 'poll'): Promise<void> {
  const clients = await hold(t, traced.server, 8);
  await pingAll(t, clients, 10);
  for (const client of clients) client.close();
  await traced.closed(8);
  let ready = 0;
  for (const { call, result } of traced.calls(wait, 'read')) {
    ready = call === wait ? result : ready - 1;
    t.true(ready >= (call === wait ? 1 : 0), `each ${wait} finds somebody, and only those are read from`);
  }
  t.is(traced.calls('read').length, 8 * 12, 'one read for each request and each end');
}
