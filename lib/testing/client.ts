/** A client for tests: says bytes, expects bytes, and tells what came instead. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { PATIENCE } from './server.ts';

/** One connection. It reads only when it is asked to, so that a test can be a slow reader. */
export class Client {
  readonly socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #error: Error | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('end', () => {
      this.#ended = true;
    });
  }

  /** Sends bytes or text, all at once. */
  send(data: string | Uint8Array): this {
    this.socket.write(data);
    return this;
  }

  /** Ends this side: nothing more will be sent, answers may still come. */
  end(): this {
    this.socket.end();
    return this;
  }

  /** Leaves without a word more: a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Leaves in an orderly way. */
  close(): void {
    this.socket.destroy();
  }

  /** The next `count` bytes; fewer only at the end of the connection. */
  async read(count: number): Promise<Buffer> {
    await this.#gather(() => this.#bytes.length >= count, `${count} bytes`);
    const bytes = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(bytes.length);
    return bytes;
  }

  /** The next line, without its ending; '' at the end of the connection. */
  async line(): Promise<string> {
    await this.#gather(() => this.#bytes.includes(10), 'a line');
    const at = this.#bytes.indexOf(10);
    return (await this.read(at < 0 ? this.#bytes.length : at + 1)).toString('latin1').replace(/\n$/, '');
  }

  /** All that comes until the server ends the connection. */
  async rest(): Promise<Buffer> {
    return this.read(Number.POSITIVE_INFINITY);
  }

  /** Counts bytes instead of keeping them, until there were `count` or the connection ended. */
  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count) {
      const bytes = await this.read(1);
      if (bytes.length === 0) break;
      skipped += 1 + this.#bytes.length;
      if (skipped > count) {
        this.#bytes = this.#bytes.subarray(this.#bytes.length - (skipped - count));
        return count;
      }
      this.#bytes = Buffer.alloc(0);
    }
    return skipped;
  }

  async #gather(enough: () => boolean, what: string): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE);
    while (!enough()) {
      const chunk: Buffer | null = this.socket.read();
      if (chunk !== null) {
        this.#bytes = Buffer.concat([this.#bytes, chunk]);
        continue;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended || this.socket.destroyed) return;
      const round = new AbortController();
      const signal = AbortSignal.any([late, round.signal]);
      try {
        await Promise.race(['readable', 'end', 'close'].map((event) => once(this.socket, event, { signal })));
      } catch (error) {
        if (!late.aborted) throw error;
        const seen = JSON.stringify(this.#bytes.toString('latin1', 0, 200));
        throw new Error(`no answer: waited ${PATIENCE / 1000} s for ${what}; so far came ${seen}`);
      } finally {
        round.abort(); // takes the other listeners off
      }
    }
  }
}

/** Connects; the test closes the connection in the end. */
export async function connectTo(t: ExecutionContext, server: { host: string; port: number }): Promise<Client> {
  const client = dial(t, server);
  await once(client.socket, 'connect');
  return client;
}

/** Begins to connect and does not wait for it. */
export function dial(t: ExecutionContext, { host, port }: { host: string; port: number }): Client {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  t.teardown(() => socket.destroy());
  return new Client(socket);
}

/** Says something and half-closes, like `nc -N`. @returns all that the server answers, one byte a character */
export async function ask(
  t: ExecutionContext,
  server: { host: string; port: number },
  data: string | Uint8Array,
): Promise<string> {
  const client = await connectTo(t, server);
  const answer = await client.send(data).end().rest();
  client.close();
  return answer.toString('latin1');
}

/** Connects clients that stay, all at once, and has each of them served. */
export async function hold(
  t: ExecutionContext,
  server: { host: string; port: number },
  count: number,
): Promise<Client[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => connectTo(t, server)));
  for (const client of clients) client.send('PING\n');
  for (const client of clients) t.is(await client.line(), 'PONG');
  return clients;
}

/** Takes turns with each client, so that the server does with one request after another. */
export async function pingAll(t: ExecutionContext, clients: readonly Client[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const client of clients) t.is(await client.send('PING\n').line(), 'PONG');
  }
}
