/** TCP's sockets, asked of the kernel over netlink: sock_diag(7), as ss(8) does. */

import { AF_INET, AF_INET6 } from './address.ts';
import { check, EINTR, SystemError } from './errors.ts';
import { close, read, write } from './io.ts';
import { layout } from './layout.ts';
import { Memory } from './memory.ts';
import { IPPROTO_TCP, SOCK_CLOEXEC, SOCK_RAW, socket } from './socket.ts';

const { nlmsghdr: head, inet_diag_req_v2: req, inet_diag_msg: msg, inet_diag_sockid: id } = layout;
const AF_NETLINK = 16;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
/** The kernel packs as much into one answer as is read at once, up to this (netlink_recvmsg()). */
const ANSWER = 32_768;

/** The states of tcp(7), by their numbers in the kernel (`net/tcp_states.h`). */
export const TCP_STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
] as const;
export const TCP_ESTABLISHED = 1;
export const TCP_LISTEN = 10;

/** A socket as the kernel tells it. The same object is filled anew for each: keep none. */
export class DiagSocket {
  /** One of TCP_STATES, by its place. */
  state = 0;
  /** The local port. */
  port = 0;
  /** Of a listener: how many connections wait to be accepted; of others: bytes that nobody has read. */
  receiveQueue = 0;
  /** Of a listener: how many may wait; of others: bytes that were not acknowledged. */
  sendQueue = 0;
  /** As in the `socket:[12345]` of a descriptor; 0 before it was accepted, and after it was closed. */
  inode = 0;
  #family = 0;
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Takes the struct that begins there. */
  fill(at: number): this {
    const bytes = this.#bytes;
    this.#at = at;
    this.#family = bytes[at + msg.idiag_family!]!;
    this.state = bytes[at + msg.idiag_state!]!;
    this.port = bytes.readUInt16BE(at + msg.id! + id.idiag_sport!);
    this.receiveQueue = bytes.readUInt32LE(at + msg.idiag_rqueue!);
    this.sendQueue = bytes.readUInt32LE(at + msg.idiag_wqueue!);
    this.inode = bytes.readUInt32LE(at + msg.idiag_inode!);
    return this;
  }

  /** The local address, as bytes in hexadecimal: `7f000001`; one that maps an address of IPv4 as that. */
  get host(): string {
    const from = this.#at + msg.id! + id.idiag_src!;
    if (this.#family === AF_INET) return this.#bytes.toString('hex', from, from + 4);
    const hex = this.#bytes.toString('hex', from, from + 16);
    return hex.startsWith(MAPPED) ? hex.slice(MAPPED.length) : hex;
  }
}

/** How an IPv6 address begins that stands for one of IPv4: ::ffff:0:0/96. */
const MAPPED = '00000000000000000000ffff';

/** A line to the kernel's sock_diag. */
export class SocketDiag {
  readonly #fd: number;
  readonly #request = Memory.allocate(head.size + req.size);
  readonly #answer = Memory.allocate(ANSWER);
  readonly #socket = new DiagSocket(this.#answer.bytes);

  /** @throws SystemError where there is no such thing (EPROTONOSUPPORT), or it may not be asked */
  constructor() {
    this.#fd = check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), 'socket', 'sock_diag');
  }

  /**
   * Asks for sockets of TCP, of both IPv4 and IPv6.
   *
   * @param states which: a bit for each of TCP_STATES, `1 << TCP_LISTEN`
   * @param port only those with this local port; 0 for all
   * @param each is told of one after the other; see DiagSocket
   * @throws SystemError
   */
  tcp(states: number, port: number, each: (socket: DiagSocket) => void): void {
    for (const family of [AF_INET, AF_INET6]) this.#dump(family, states, port, each);
  }

  close(): void {
    close(this.#fd);
  }

  #dump(family: number, states: number, port: number, each: (socket: DiagSocket) => void): void {
    const { bytes, length } = this.#request;
    bytes.fill(0);
    bytes.writeUInt32LE(length, head.nlmsg_len!);
    bytes.writeUInt16LE(SOCK_DIAG_BY_FAMILY, head.nlmsg_type!);
    bytes.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, head.nlmsg_flags!);
    bytes[head.size + req.sdiag_family!] = family;
    bytes[head.size + req.sdiag_protocol!] = IPPROTO_TCP;
    bytes.writeUInt32LE(states, head.size + req.idiag_states!);
    bytes.writeUInt16BE(port, head.size + req.id! + id.idiag_sport!);
    check(write(this.#fd, this.#request, 0, length), 'write', 'sock_diag');
    while (!this.#hear(each));
  }

  /** Reads a part of the answer. @returns whether it was the last one */
  #hear(each: (socket: DiagSocket) => void): boolean {
    const { bytes } = this.#answer;
    let count: number;
    do count = read(this.#fd, this.#answer, 0, ANSWER);
    while (count === -EINTR);
    check(count, 'read', 'sock_diag');
    for (let at = 0; at + head.size <= count; ) {
      const type = bytes.readUInt16LE(at + head.nlmsg_type!);
      if (type === NLMSG_DONE) return true;
      // The errno follows, negative already.
      if (type === NLMSG_ERROR) throw new SystemError(bytes.readInt32LE(at + head.size), 'sendmsg', 'sock_diag');
      each(this.#socket.fill(at + head.size));
      at += (bytes.readUInt32LE(at + head.nlmsg_len!) + 3) & ~3; // NLMSG_ALIGN
    }
    return false;
  }
}
