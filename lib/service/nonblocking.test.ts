/** The non-blocking carrier on real sockets: slow readers, short writes and turns in any order lose and mix up nothing. */

import test from 'ava';
import fc from 'fast-check';
import { AF_UNIX } from '../sys/address.ts';
import { check, EAGAIN } from '../sys/errors.ts';
import { close, read, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import {
  SHUT_WR,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockopt,
  shutdown,
  socketpair,
} from '../sys/socket.ts';
import { always } from '../testing/property.ts';
import { burn } from './burn.ts';
import { Want } from './carrier.ts';
import { Connections } from './nonblocking.ts';

const scratch = Memory.allocate(200_000);

/** A request with its answer. */
type Exchange = readonly [asked: string, answer: string];

const exchange: fc.Arbitrary<Exchange> = fc.oneof(
  fc.constant<Exchange>(['PING\n', 'PONG\n']),
  fc.constant<Exchange>(['WAIT 0\n', 'DONE\n']),
  fc.nat(60).map((n): Exchange => [`BURN ${n}\n`, `RESULT ${burn(n)}\n`]),
  fc.nat(200_000).map((n): Exchange => [`STREAM ${n}\n`, `${'A'.repeat(n)}DONE\n`]),
  fc.nat(900).map((n): Exchange => [`ECHO ${'e'.repeat(n)}\n`, `${'e'.repeat(n)}\n`]),
  fc.constant<Exchange>(['BURN 3\n'.repeat(40), `RESULT ${burn(3)}\n`.repeat(40)]),
  fc.constant<Exchange>(['x\n'.repeat(300), 'ERROR unknown command\n'.repeat(300)]),
);

/** A client at the other end of a socket pair whose buffers are as small as they can be. */
class Peer {
  readonly expected: string;
  answered = '';
  ended = false;
  /** The carrier's end, and what the carrier wants of it; closed once it wants that. */
  readonly fd: number;
  want: Want = Want.Nothing;
  closed = false;
  readonly #client: number;
  readonly #asked: Buffer;
  #sent = 0;
  #finished = false;

  constructor(exchanges: readonly Exchange[]) {
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, scratch), 'socketpair');
    this.fd = scratch.bytes.readInt32LE(0);
    this.#client = scratch.bytes.readInt32LE(4);
    for (const fd of [this.fd, this.#client]) check(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 1), 'setsockopt');
    this.#asked = Buffer.from(exchanges.map(([asked]) => asked).join(''));
    this.expected = exchanges.map(([, answer]) => answer).join('');
  }

  /** Sends some of what is left, then half-closes. */
  send(length: number): void {
    if (this.#finished) return;
    const count = this.#asked.copy(scratch.bytes, 0, this.#sent, this.#sent + length);
    if (count > 0) this.#sent += Math.max(0, retry(write(this.#client, scratch, 0, count)));
    else this.#finished = check(shutdown(this.#client, SHUT_WR), 'shutdown') === 0;
  }

  receive(length: number): void {
    if (this.ended) return;
    const count = retry(read(this.#client, scratch, 0, length));
    this.answered += scratch.bytes.toString('latin1', 0, Math.max(0, count));
    this.ended = count === 0;
  }

  close(): void {
    close(this.#client);
    if (!this.closed) close(this.fd);
  }
}

function retry(result: number): number {
  return result === -EAGAIN ? result : check(result, 'read or write');
}

const conversations = fc.array(fc.array(exchange, { maxLength: 12 }), { minLength: 1, maxLength: 5 });
const lengths = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 3000, max: 70_000 }));

test('conversations side by side get their own answers, whole and in order, whoever is slow', (t) => {
  always(
    t,
    150,
    fc.property(conversations, lengths, fc.infiniteStream(fc.nat(999)), (talks, [sent, received], chance) => {
      const carrier = new Connections();
      const peers = talks.map((exchanges) => new Peer(exchanges));
      const apply = (peer: Peer, answer: Want): void => {
        peer.want = answer & ~Want.Again;
        if (!(answer & Want.Close)) return;
        close(peer.fd);
        peer.closed = true;
      };
      for (const peer of peers) apply(peer, carrier.opened(peer.fd));
      const roll = (sides: number): number => (chance.next().value as number) % sides;
      try {
        for (let steps = 0; !peers.every(({ ended, closed }) => ended && closed); steps++) {
          if (steps > 1_000_000) throw new Error('a conversation does not come to its end');
          const peer = peers[roll(peers.length)]!;
          const what = roll(4);
          if (what === 0) peer.send(sent);
          else if (what === 1) peer.receive(received);
          else if (what === 2 && peer.want & Want.Read) apply(peer, carrier.readable(peer.fd));
          else if (what === 3 && peer.want & Want.Write) apply(peer, carrier.writable(peer.fd));
          carrier.wakeups.timeout();
          for (let fd = carrier.wakeups.next(); fd >= 0; fd = carrier.wakeups.next()) {
            const awake = peers.find((candidate) => candidate.fd === fd && !candidate.closed);
            if (awake === undefined) throw new Error(`descriptor ${fd} is closed and woke up`);
            apply(awake, carrier.writable(fd));
          }
        }
        return peers.every(({ answered, expected }) => answered === expected);
      } finally {
        for (const peer of peers) peer.close();
      }
    }),
  );
});
