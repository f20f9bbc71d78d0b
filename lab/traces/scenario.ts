/** The scenario of all recorded runs: three difficult clients, and after each of them one that has a simple question. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Watch } from '../../lib/program/acceptor.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import * as s from '../../lib/sys/socket.ts';
import type { RecordedClient } from './recording.ts';

/** From one client's arrival to the next one's, in milliseconds. */
const APART = 100;
/** How long the slow sender pauses, the WAIT takes, and the slow reader does not read, in milliseconds. */
const SLOW = 700;
const WAIT = 400;
/** More than the kernel holds for a client that does not read, in bytes. */
const STREAM = 5_000_000;
/** What the slow reader's side holds of that, in bytes. */
const ROOM = 65_536;

const memory = Memory.allocate(65_536);

/** CLOCK_MONOTONIC in microseconds, as a trace has it. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

/** A client, which notes what it does and when. */
export class Visitor {
  readonly #fd: number;
  readonly #watch: Watch;
  readonly connected: number;
  readonly sent: [number, number][] = [];

  /** Connects. @param room how much its side of the connection holds, in bytes; the kernel's choice if it is not given */
  constructor(port: number, room?: number) {
    this.#fd = check(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0), 'socket');
    if (room !== undefined) check(s.setsockopt(this.#fd, s.SOL_SOCKET, s.SO_RCVBUF, room), 'setsockopt');
    this.connected = now();
    check(s.connect(this.#fd, { host: '127.0.0.1', port }), 'connect'); // the handshake is the kernels' business: it is short
    this.#watch = new Watch(this.#fd);
  }

  /** Says something that is short enough to be taken at once. */
  say(text: string): void {
    this.sent.push([now(), text.length]);
    check(write(this.#fd, memory, 0, memory.bytes.write(text, 'latin1')), 'write');
  }

  /** Waits until an answer begins to come. */
  readable(): Promise<void> {
    return this.#watch.readable();
  }

  /** Reads an answer. @param length in bytes @returns when it was complete */
  async hear(length: number): Promise<number> {
    for (let left = length; left > 0; ) {
      await this.readable();
      const count = check(read(this.#fd, memory, 0, Math.min(left, memory.length)), 'read');
      if (count === 0) throw new Error(`the server ended a connection ${left} bytes too early`);
      left -= count;
    }
    return now();
  }

  /** Ends this side, and waits for the end of the other. @returns when it came */
  async leave(): Promise<number> {
    check(s.shutdown(this.#fd, s.SHUT_WR), 'shutdown');
    await this.readable();
    const left = now();
    if (check(read(this.#fd, memory, 0, 1), 'read') > 0) throw new Error('the server said more than it was asked');
    this.#watch.close();
    close(this.#fd);
    return left;
  }
}

/** Plays a part. @returns when it had its answer, and for a slow reader when it began to read */
type Part = (visitor: Visitor) => Promise<Pick<RecordedClient, 'answered' | 'reads'>>;

const ping: Part = async (visitor) => {
  visitor.say('PING\n');
  return { answered: await visitor.hear('PONG\n'.length) };
};

interface Role {
  readonly name: string;
  readonly what: string;
  readonly room?: number;
  readonly play: Part;
}

// #region roles
/** Who comes, in this order, one after the other. */
const roles: readonly Role[] = [
  {
    name: 'A',
    what: 'slow sender',
    async play(visitor) {
      visitor.say('ECHO ha');
      await sleep(SLOW);
      visitor.say('lf\n');
      return { answered: await visitor.hear('half\n'.length) };
    },
  },
  { name: 'PING 1', what: '', play: ping },
  {
    name: 'B',
    what: 'WAIT',
    async play(visitor) {
      visitor.say(`WAIT ${WAIT}\n`);
      return { answered: await visitor.hear('DONE\n'.length) };
    },
  },
  { name: 'PING 2', what: '', play: ping },
  {
    name: 'C',
    what: 'slow reader',
    room: ROOM,
    async play(visitor) {
      visitor.say(`STREAM ${STREAM}\n`);
      await visitor.readable(); // the while begins when there is something to read
      await sleep(WAIT);
      const reads = now();
      return { answered: await visitor.hear(STREAM + 'DONE\n'.length), reads };
    },
  },
  { name: 'PING 3', what: '', play: ping },
];
// #endregion roles

/** What the clients saw, with times on CLOCK_MONOTONIC. */
export async function play(port: number): Promise<RecordedClient[]> {
  return Promise.all(
    roles.map(async ({ name, what, room, play }, i) => {
      await sleep(i * APART);
      const visitor = new Visitor(port, room);
      const { answered, reads } = await play(visitor);
      const left = await visitor.leave();
      const { connected, sent } = visitor;
      return { name, what, connected, sent, ...(reads === undefined ? {} : { reads }), answered, left };
    }),
  );
}

/** A few short visits, so that neither side is new to it. */
export async function meet(port: number): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const visitor = new Visitor(port);
    await ping(visitor);
    await visitor.leave();
  }
}

/**
 * Wakes all threads of a server that sleep: a call has no record before it returns. A BURN each, at the same time, for
 * those that compute for others.
 */
export async function wakeAll(port: number): Promise<void> {
  const visitors = Array.from({ length: 16 }, () => new Visitor(port));
  for (const visitor of visitors) visitor.say('BURN 1\n');
  await Promise.all(
    visitors.map(async (visitor) => {
      await visitor.hear('RESULT 1013904223\n'.length);
      await visitor.leave();
    }),
  );
}
