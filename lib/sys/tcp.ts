/** What tcp(7) has beside the options in socket.ts: when a segment is sent and acknowledged, and what has become of them. */

import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { IPPROTO_TCP } from './socket.ts';
import { traced } from './trace.ts';

/** Holds back a segment that is not full, for 200 ms at most, until it is 0 again. */
export const TCP_CORK = 3;
export const TCP_INFO = 11;
/** 1 has what comes acknowledged at once, 0 with a delay; in both cases until the kernel changes its mind. */
export const TCP_QUICKACK = 12;

const libcGetsockopt = libc('getsockopt', 'int', ['int', 'int', 'int', 'pointer', 'pointer']);
const field = layout.tcp_info;
const length = Memory.allocate(4);

/** What getTcpInfo() writes: what the kernel has counted for a connection since it began. */
export class TcpInfo {
  readonly memory = Memory.allocate(layout.tcp_info.size);

  #word(name: string): number {
    return this.memory.bytes.readUInt32LE(field[name]!);
  }

  /** How long an acknowledgement of what comes here may be delayed, in milliseconds (tcpi_ato). */
  get delay(): number {
    return this.#word('tcpi_ato') / 1000;
  }

  /** The most bytes that a segment takes (tcpi_snd_mss). */
  get mss(): number {
    return this.#word('tcpi_snd_mss');
  }

  /** Segments that were sent and are not acknowledged (tcpi_unacked). */
  get unacked(): number {
    return this.#word('tcpi_unacked');
  }

  /** Bytes that were written and not sent at all (tcpi_notsent_bytes). */
  get unsent(): number {
    return this.#word('tcpi_notsent_bytes');
  }

  /** Segments sent, empty ones included (tcpi_segs_out). */
  get segmentsOut(): number {
    return this.#word('tcpi_segs_out');
  }

  /** Segments sent that carried bytes (tcpi_data_segs_out). */
  get dataSegmentsOut(): number {
    return this.#word('tcpi_data_segs_out');
  }

  /** Segments that came and carried bytes (tcpi_data_segs_in). */
  get dataSegmentsIn(): number {
    return this.#word('tcpi_data_segs_in');
  }
}

/** getsockopt(2) with TCP_INFO. @returns 0 or a negative errno */
export const getTcpInfo = traced('getsockopt', (fd: number, info: TcpInfo): number => {
  length.bytes.writeInt32LE(info.memory.length, 0);
  return result(libcGetsockopt(fd, IPPROTO_TCP, TCP_INFO, info.memory.address, length.address));
});
