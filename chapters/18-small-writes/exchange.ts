/** One connection, both ends of it in this thread: what is sent, held back and acknowledged between them is the kernel's doing. */

import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { POLLIN, PollFds, poll } from '../../lib/sys/poll.ts';
import * as s from '../../lib/sys/socket.ts';
import { getTcpInfo, TCP_CORK, TCP_QUICKACK, TcpInfo } from '../../lib/sys/tcp.ts';
import { Pieces, writev } from '../../lib/sys/vector.ts';

const { IPPROTO_TCP, TCP_NODELAY } = s;

/** How the client sends a request that it has in pieces, and what is different about the connection. */
export interface Way {
  readonly name: string;
  /** Is done once. */
  prepare?(connection: Connection): void;
  /** Sends the pieces, each so many bytes. */
  send(connection: Connection, pieces: readonly number[]): void;
  /** The server asks for acknowledgements at once. */
  readonly quick?: boolean;
}

// #region separately
/** One write for each piece. */
function separately({ client, memory }: Connection, pieces: readonly number[]): void {
  for (const length of pieces) check(write(client, memory, 0, length), 'write');
}
// #endregion separately

// #region corked
/** The same, and nothing that would be a small segment is sent before the cork is out. */
function corked(connection: Connection, pieces: readonly number[]): void {
  check(s.setsockopt(connection.client, IPPROTO_TCP, TCP_CORK, 1), 'setsockopt');
  separately(connection, pieces);
  check(s.setsockopt(connection.client, IPPROTO_TCP, TCP_CORK, 0), 'setsockopt');
}
// #endregion corked

// #region together
/** All pieces, wherever they lie, in one call. */
function together({ client, memory, lists }: Connection, pieces: readonly number[]): void {
  lists[pieces.length] ??= new Pieces(pieces.length);
  const vector = lists[pieces.length]!;
  for (const [i, length] of pieces.entries()) vector.set(i, memory, 0, length);
  check(writev(client, vector), 'writev');
}
// #endregion together

/** Sets an option of the client's end, once. */
const option =
  (name: number) =>
  ({ client }: Connection): void => {
    check(s.setsockopt(client, IPPROTO_TCP, name, 1), 'setsockopt');
  };

export const ways = {
  plain: { name: 'a write for each piece', send: separately },
  nodelay: { name: 'the same, TCP_NODELAY', prepare: option(TCP_NODELAY), send: separately },
  cork: { name: 'the same, TCP_CORK around', send: corked },
  writev: { name: 'one writev', send: together },
  quick: { name: 'a write for each, server quick', send: separately, quick: true },
  forgotten: { name: 'a cork that nobody pulls', prepare: option(TCP_CORK), send: separately },
} satisfies Record<string, Way>;

/** What TCP_INFO says of both ends at one moment. */
export interface Look {
  /** The client's segments that are not acknowledged. */
  readonly unacked: number;
  /** Bytes that the client has written and its kernel has not sent. */
  readonly unsent: number;
  /** Segments with bytes that the client has sent. */
  readonly sent: number;
  /** Segments with bytes that have come to the server. */
  readonly come: number;
  /** Segments without bytes that the server has sent: acknowledgements that travel alone. */
  readonly acknowledgements: number;
  /** How long the server's kernel may delay an acknowledgement, in milliseconds. */
  readonly delay: number;
}

/** A request and its answer, as they went. */
export interface Exchange {
  /** From the first write to the last byte that the server read, in milliseconds. */
  readonly took: number;
  /** From the first write to the look in the middle, in milliseconds. */
  readonly until: number;
  /** Before the first write. */
  readonly before: Look;
  /** All is written, and the server has read what came first. */
  readonly middle: Look;
  /** The rest has come to the server, if that was not all, and is not read yet. */
  readonly come: Look;
  /** The client has its answer. */
  readonly after: Look;
}

const ANSWER = 5;

/** A time as it is printed. @param time in milliseconds */
export function inWords(time: number): string {
  return time < 1 ? `${Math.round(time * 1000)} µs` : `${time.toFixed(1)} ms`;
}

/** A client and a server that are connected to each other over loopback. */
export class Connection {
  readonly client: number;
  readonly server: number;
  readonly memory = Memory.allocate(262_144);
  /** For writev, by how many pieces they have. */
  readonly lists: (Pieces | undefined)[] = [];
  /** The server's end, to wait for what comes to it. */
  readonly #coming = new PollFds();
  readonly #inClient = new TcpInfo();
  readonly #inServer = new TcpInfo();

  constructor() {
    const listener = s.openListener({ host: '127.0.0.1', port: 0 });
    this.client = check(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0), 'socket');
    check(s.connect(this.client, s.getsockname(listener)), 'connect');
    this.server = check(s.accept4(listener, s.SOCK_CLOEXEC), 'accept4');
    close(listener);
    this.#coming.set(this.server, POLLIN);
  }

  /** How many bytes a full segment takes. */
  get full(): number {
    check(getTcpInfo(this.client, this.#inClient), 'getsockopt');
    return this.#inClient.mss;
  }

  // #region look
  look(): Look {
    const client = this.#inClient;
    const server = this.#inServer;
    check(getTcpInfo(this.client, client), 'getsockopt');
    check(getTcpInfo(this.server, server), 'getsockopt');
    return {
      unacked: client.unacked,
      unsent: client.unsent,
      sent: client.dataSegmentsOut,
      come: server.dataSegmentsIn,
      acknowledgements: server.segmentsOut - server.dataSegmentsOut,
      delay: server.delay,
    };
  }
  // #endregion look

  /** Says at which pace the server acknowledges from now on; the kernel may think better of it at any time. */
  pace(quick: boolean): void {
    check(s.setsockopt(this.server, IPPROTO_TCP, TCP_QUICKACK, quick ? 1 : 0), 'setsockopt');
  }

  // #region exchange
  /** The client sends a request, the server reads all of it and answers, and the client reads that. */
  exchange(way: Way, pieces: readonly number[]): Exchange {
    const length = pieces.reduce((sum, piece) => sum + piece, 0);
    const before = this.look();
    const began = performance.now();
    way.send(this, pieces);
    let got = check(read(this.server, this.memory, 0, length), 'read');
    const middle = this.look();
    const until = performance.now() - began;
    if (got < length) check(poll(this.#coming, -1), 'poll'); // sleeps, and takes nothing
    const come = this.look();
    while (got < length) got += check(read(this.server, this.memory, 0, length - got), 'read');
    const took = performance.now() - began;
    check(write(this.server, this.memory, 0, ANSWER), 'write');
    check(read(this.client, this.memory, 0, ANSWER), 'read');
    return { took, until, before, middle, come, after: this.look() };
  }
  // #endregion exchange

  close(): void {
    close(this.client);
    close(this.server);
  }
}
