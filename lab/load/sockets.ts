/** Opens connections, from as many addresses of 127.0.0.0/8 as it takes. */

import { AF_UNIX, familyOf, type SocketAddress } from '../../lib/sys/address.ts';
import { EADDRNOTAVAIL, EAGAIN, EINPROGRESS } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import * as s from '../../lib/sys/socket.ts';
import { isLoopback } from './target.ts';

/** A socket that could not be opened, and the call that failed. */
export interface Refusal {
  readonly call: string;
  /** The negative errno. */
  readonly errno: number;
}

/** The sockets of one process. */
export class Sockets {
  readonly #targets: readonly SocketAddress[];
  readonly #sources: number;
  /** Second and third byte of the sources: each process of each run has its own, so that no port is still in TIME_WAIT. */
  readonly #network: number;
  /** The source in use, counted on by one when its ports have run out. */
  #exhausted = 0;
  #opened = 0;
  /** What the last open() failed of. */
  refusal: Refusal = { call: '', errno: 0 };

  /** @param sources how many addresses to come from; 0 for the one that the kernel chooses @param network 0 … 65,535 */
  constructor(targets: readonly SocketAddress[], sources: number, network: number) {
    this.#targets = targets;
    this.#sources = sources;
    this.#network = network;
  }

  /**
   * Begins to connect: socket(2), bind(2), connect(2), without blocking.
   *
   * @param connection its number, which chooses the target
   * @returns the descriptor, whose connection may not stand yet; -1 when it could not be, and `refusal` says why
   */
  open(connection: number): number {
    const target = this.#targets[connection % this.#targets.length]!;
    for (let attempt = 0; attempt < 16; attempt++) {
      const fd = s.socket(familyOf(target), s.SOCK_STREAM | s.SOCK_CLOEXEC | s.SOCK_NONBLOCK, 0);
      if (fd < 0) return this.#refuse('socket', fd);
      if (familyOf(target) !== AF_UNIX) s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY, 1);
      const failed = this.#connect(fd, target);
      if (failed === 0 || failed === -EINPROGRESS) {
        this.#opened++;
        return fd;
      }
      close(fd);
      if (failed !== -EADDRNOTAVAIL || !isLoopback(target)) return -1;
      this.#exhausted++; // the next address has all its ports
    }
    return -1;
  }

  #connect(fd: number, target: SocketAddress): number {
    if (isLoopback(target) && (this.#sources > 0 || this.#exhausted > 0)) {
      s.setsockopt(fd, s.IPPROTO_IP, s.IP_BIND_ADDRESS_NO_PORT, 1);
      const failed = s.bind(fd, { host: this.#source(), port: 0 });
      if (failed < 0) {
        this.#refuse('bind', failed);
        return failed;
      }
    }
    const failed = s.connect(fd, target);
    if (failed < 0) this.#refuse('connect', failed);
    return failed;
  }

  /** In turn, one address after the other. */
  #source(): string {
    const which = this.#exhausted + (this.#opened % Math.max(1, this.#sources));
    return `127.${1 + ((this.#network >> 8) % 254)}.${this.#network & 255}.${1 + (which % 254)}`;
  }

  #refuse(call: string, errno: number): -1 {
    this.refusal = { call, errno };
    return -1;
  }
}

/** Whether connect may be tried again: a Unix socket whose backlog is full answers so, where TCP waits; unix(7). */
export function isBusy({ errno }: Refusal): boolean {
  return errno === -EAGAIN;
}
