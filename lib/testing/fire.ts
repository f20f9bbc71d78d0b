/** autocannon, as the suites use it: so many requests at a server, and what each connection got of the answers. */

import type { Socket } from 'node:net';
import autocannon from 'autocannon';
import { PATIENCE, patiently, type Server } from './server.ts';

/** What came of a load. */
export interface Fired {
  /** autocannon's own result. */
  readonly result: autocannon.Result;
  /** How many answers each connection got, of those that got any. */
  readonly answers: number[];
  /** How many TCP connections were answered: more than `answers` has when some were closed and made anew. */
  readonly sockets: number;
}

/** A load: bounded by `amount`, or by `enough`. */
export interface Load extends Omit<autocannon.Options, 'url'> {
  readonly connections: number;
  /** Whether it shall end, told after each answer. @param answers what each connection got, of those that got any */
  readonly enough?: (answers: number[]) => boolean;
  /** Ends it from outside. */
  readonly signal?: AbortSignal;
}

/** Fires a load at a server and waits for its end. @param path as in `/ping` */
export async function fire({ host, port }: Server, path: string, { enough, signal, ...load }: Load): Promise<Fired> {
  const answers = new Map<autocannon.Client, number>();
  const sockets = new Set<number | undefined>();
  // It looks whether it shall end at each sample. No request may time out: autocannon would make its connection anew.
  const options = { sampleInt: 20, timeout: 60, ...load, url: `http://${host}:${port}${path}` };
  let instance: autocannon.Instance | undefined;
  const over = new Promise<autocannon.Result>((resolve, reject) => {
    instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  });
  instance?.on('response', (client) => {
    answers.set(client, (answers.get(client) ?? 0) + 1);
    sockets.add((client as unknown as { conn: Socket }).conn.localPort);
    if (enough?.([...answers.values()])) instance?.stop();
  });
  signal?.addEventListener('abort', () => instance?.stop());
  try {
    const result = await patiently(over, `end of ${load.connections} connections to ${path}`, 2 * PATIENCE);
    return { result, answers: [...answers.values()], sockets: sockets.size };
  } finally {
    instance?.stop();
  }
}
