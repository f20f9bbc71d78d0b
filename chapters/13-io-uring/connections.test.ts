/** Connections by completions: answers that are refused at every place, for sockets are small; completions that come late. */

import test from 'ava';
import { check } from '../../lib/sys/errors.ts';
import { Descriptors } from '../../lib/sys/fixtures/resources.ts';
import { withRings } from '../../lib/sys/fixtures/rings.ts';
import { F_SETFL, fcntl, O_NONBLOCK, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { Ring } from '../../lib/sys/ring.ts';
import * as s from '../../lib/sys/socket.ts';
import { IORING_OP_CLOSE, IORING_OP_SEND, IORING_OP_SHUTDOWN } from '../../lib/sys/uring.ts';
import { until } from '../../lib/testing/server.ts';
import { Connections } from './connections.ts';
import { Kind } from './kinds.ts';

const memory = Memory.allocate(65_536);

/** The connections of a ring, whose turns the test takes. */
class Turns {
  readonly ring: Ring;
  readonly connections: Connections;

  constructor(ring = new Ring(64)) {
    this.ring = ring;
    this.connections = new Connections(ring, false, 16);
  }

  turn(): void {
    this.ring.enter(0);
    this.connections.begin();
    while (this.ring.next()) {
      this.connections.told(this.ring.kind, this.ring.subject, this.ring.result, this.ring.flags);
    }
    this.ring.taken();
    this.connections.finish();
  }
}

/** Both ends of a connection with little room in between. */
function smallConnection(fds: Descriptors): [client: number, server: number] {
  const listener = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
  check(s.setsockopt(listener, s.SOL_SOCKET, s.SO_SNDBUF, 4096), 'setsockopt');
  const client = fds.keep(s.socket(2, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
  check(s.setsockopt(client, s.SOL_SOCKET, s.SO_RCVBUF, 4096), 'setsockopt');
  check(s.connect(client, s.getsockname(listener)), 'connect');
  check(fcntl(client, F_SETFL, O_NONBLOCK), 'fcntl');
  const server = check(s.accept4(listener, s.SOCK_CLOEXEC), 'accept4');
  fds.close(listener);
  return [client, server];
}

/** A line of 600 bytes with its number. */
const line = (i: number): string => `${i} ${'e'.repeat(600)}`.slice(0, 599);

function say(client: number, text: string): void {
  memory.bytes.write(text, 'latin1');
  check(write(client, memory, 0, text.length), 'write');
}

/** What comes while turns are taken, as soon as it is so many bytes or more. */
async function hear(client: number, turns: Turns, length: number): Promise<string> {
  let heard = '';
  await until(() => {
    for (let i = 0; i < 20; i++) {
      turns.turn();
      const count = read(client, memory, 0, memory.length);
      if (count > 0) heard += memory.bytes.toString('latin1', 0, count);
    }
    return heard.length >= length;
  }, `${length} bytes have come`);
  return heard;
}

/** Has a client leave, and the server hear of it. */
async function leave(fds: Descriptors, client: number, turns: Turns): Promise<void> {
  const before = turns.connections.count;
  if (before > 0) s.setResetOnClose(client);
  fds.close(client);
  await until(() => {
    turns.turn();
    return turns.connections.count < before || before === 0;
  }, 'it closes its side');
}

withRings('the connections of 13-io-uring', () => {
  for (const [what, last] of [
    ['a WAIT that lasts', 'WAIT 600000\n'],
    ['another request', 'PING\n'],
    ['half a request', 'ECH'],
    ["the end of the client's side", ''],
  ] as const) {
    test(`an answer that is refused, or in part, is sent when there is room, though after it came ${what}`, async (t) => {
      const fds = new Descriptors(t);
      const turns = new Turns();
      fds.keep(turns.ring.fd);
      for (let before = 0; before < 40; before++) {
        const [client, server] = smallConnection(fds);
        turns.connections.opened(server);
        for (let i = 0; i < before; i++) {
          say(client, `ECHO ${line(i)}\n`);
          turns.turn();
          turns.turn();
        }
        say(client, `ECHO ${line(before)}\n${last}`);
        if (last === '') check(s.shutdown(client, s.SHUT_WR), 'shutdown');
        for (let i = 0; i < 5; i++) turns.turn();
        const answers = Array.from({ length: before + 1 }, (_, i) => `${line(i)}\n`).join('');
        const expected = answers + (last === 'PING\n' ? 'PONG\n' : '');
        if ((await hear(client, turns, expected.length)) !== expected) t.fail(`wrong with ${before} answers before`);
        await leave(fds, client, turns);
      }
      t.is(turns.connections.count, 0);
    });
  }

  test('two answers in one turn are in order, wherever the first is cut off', async (t) => {
    const fds = new Descriptors(t);
    const turns = new Turns();
    fds.keep(turns.ring.fd);
    for (let count = 40; count < 80; count++) {
      const [client, server] = smallConnection(fds);
      const [other, beside] = smallConnection(fds);
      turns.connections.opened(server);
      turns.connections.opened(beside);
      turns.turn();
      // Each client's bytes come in between the other's, so that in one turn there are several of both.
      for (let i = 0; i < count; i++) {
        for (const each of [client, other]) say(each, `ECHO ${line(i)}\n`);
        if (i % 4 === 3) turns.turn();
      }
      const expected = Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
      for (const each of [client, other]) {
        if ((await hear(each, turns, expected.length)) !== expected) t.fail(`wrong among ${count} answers`);
      }
      for (const each of [client, other]) await leave(fds, each, turns);
    }
    t.is(turns.connections.count, 0);
  });

  /** A ring whose completions of some kinds are told late, as if the kernel had taken its time; it remembers what was asked. */
  class LateRing extends Ring {
    /** The kinds that are held back. */
    late: readonly number[] = [];
    /** What came of them: kind, subject, result, flags. */
    readonly held: [number, number, number, number][] = [];
    /** The operations that were asked for, in order. */
    readonly asked: number[] = [];

    override prepare(...words: Parameters<Ring['prepare']>): void {
      this.asked.push(words[0] & 0xff);
      super.prepare(...words);
    }

    override next(): boolean {
      while (super.next()) {
        if (!this.late.includes(this.kind)) return true;
        this.held.push([this.kind, this.subject, this.result, this.flags]);
      }
      if (this.late.length > 0 || this.held.length === 0) return false;
      [this.kind, this.subject, this.result, this.flags] = this.held.shift()!;
      return true;
    }
  }

  test('a connection whose client is gone is not closed while the end of its own side is under way', async (t) => {
    const fds = new Descriptors(t);
    const ring = new LateRing(64);
    const turns = new Turns(ring);
    fds.keep(ring.fd);
    const [client, server] = smallConnection(fds);
    turns.connections.opened(server);
    say(client, `${'x'.repeat(1030)}\n`);
    await until(() => {
      turns.turn();
      return ring.asked.includes(IORING_OP_SHUTDOWN);
    }, 'it ends its side');
    ring.late = [Kind.Sent];
    await until(() => {
      turns.turn();
      return ring.held.length === 1;
    }, 'its side has ended');
    s.setResetOnClose(client);
    fds.close(client);
    for (let i = 0; i < 20; i++) turns.turn();
    t.false(ring.asked.includes(IORING_OP_CLOSE), 'the number is not free as long as somebody may look it up');
    t.is(turns.connections.count, 1);
    ring.late = [];
    for (let i = 0; i < 2; i++) turns.turn();
    t.is(turns.connections.count, 0);
  });

  test('a connection that was answered and reset in the same turn is closed when its answer has been refused', async (t) => {
    const fds = new Descriptors(t);
    const ring = new LateRing(64);
    const turns = new Turns(ring);
    fds.keep(ring.fd);
    const [client, server] = smallConnection(fds);
    turns.connections.opened(server);
    ring.late = [Kind.Receive];
    say(client, 'PING\n');
    await until(() => {
      turns.turn();
      return ring.held.length === 1;
    }, 'bytes have come');
    s.setResetOnClose(client);
    fds.close(client);
    await until(() => {
      turns.turn();
      return ring.held.length === 2;
    }, 'and the reset');
    ring.late = [];
    ring.asked.length = 0;
    turns.turn();
    t.deepEqual(ring.asked, [IORING_OP_SEND]);
    turns.turn();
    t.deepEqual(ring.asked, [IORING_OP_SEND, IORING_OP_CLOSE]);
    t.is(turns.connections.count, 0);
  });
});
