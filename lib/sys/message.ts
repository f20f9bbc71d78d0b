/** Handing a descriptor to another process, over a Unix socket: sendmsg(2) and recvmsg(2) with SCM_RIGHTS, unix(7). */

import { EBADMSG, EMFILE, EPIPE } from './errors.ts';
import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { SOL_SOCKET } from './socket.ts';
import { traced } from './trace.ts';

export const SCM_RIGHTS = 1;
export const MSG_CTRUNC = 0x8;
export const MSG_CMSG_CLOEXEC = 0x40000000;

const { iovec, msghdr, cmsghdr } = layout;
/** One control message with one descriptor: CMSG_LEN, and CMSG_SPACE, which is a multiple of 8. */
const CONTROL_LENGTH = cmsghdr.size + 4;
const CONTROL_SPACE = cmsghdr.size + 8;

const libcSendmsg = libc('sendmsg', 'long', ['int', 'pointer', 'int']);
const libcRecvmsg = libc('recvmsg', 'long', ['int', 'pointer', 'int']);

// The message and all that it points to, in one piece of memory: a part that only the kernel still looked at would be
// freed. A descriptor travels beside at least one byte, or a stream would not carry it; here it is one, whose value is
// nothing.
const PIECE = msghdr.size;
const CONTROL = PIECE + iovec.size;
const BYTE = CONTROL + CONTROL_SPACE;
const message = Memory.allocate(BYTE + 1);
const { bytes } = message;

bytes.writeBigUInt64LE(BigInt(message.at(PIECE, iovec.size)), msghdr.msg_iov);
bytes.writeBigUInt64LE(1n, msghdr.msg_iovlen);
bytes.writeBigUInt64LE(BigInt(message.at(CONTROL, CONTROL_SPACE)), msghdr.msg_control);
bytes.writeBigUInt64LE(BigInt(message.at(BYTE, 1)), PIECE + iovec.iov_base);
bytes.writeBigUInt64LE(1n, PIECE + iovec.iov_len);

// #region send
/**
 * sendmsg(2): hands a copy of a descriptor to whoever reads the other end; ours stays open until we close it. A copy
 * that nobody has taken yet keeps what it stands for open too.
 *
 * @param socket an end of a Unix socketpair
 * @param fd what to hand over
 * @returns 1 (a byte goes with it) or a negative errno: -EAGAIN when a non-blocking socket is full, -EPIPE when the other
 *   end is closed, -ETOOMANYREFS when too many descriptors are under way
 */
export const sendDescriptor = traced('sendmsg', (socket: number, fd: number): number => {
  bytes.writeBigUInt64LE(BigInt(CONTROL_LENGTH), CONTROL + cmsghdr.cmsg_len);
  bytes.writeInt32LE(SOL_SOCKET, CONTROL + cmsghdr.cmsg_level);
  bytes.writeInt32LE(SCM_RIGHTS, CONTROL + cmsghdr.cmsg_type);
  bytes.writeInt32LE(fd, CONTROL + cmsghdr.size);
  bytes.writeBigUInt64LE(BigInt(CONTROL_SPACE), msghdr.msg_controllen);
  return result(libcSendmsg(socket, message.address, 0));
});
// #endregion send

// #region receive
/**
 * recvmsg(2): takes a descriptor that somebody handed over. It is a new number here, for the same socket there, and
 * closes on exec.
 *
 * @param socket the other end
 * @returns the descriptor; or a negative errno: -EAGAIN when a non-blocking socket has none, -EPIPE when the other end is
 *   closed (recvmsg itself returns 0), -EMFILE when this process had no number left for it, and it is lost,
 *   -EBADMSG when a byte came without a descriptor
 */
export const receiveDescriptor = traced('recvmsg', (socket: number): number => {
  bytes.writeBigUInt64LE(BigInt(CONTROL_SPACE), msghdr.msg_controllen);
  const count = result(libcRecvmsg(socket, message.address, MSG_CMSG_CLOEXEC));
  if (count < 0) return count;
  if (count === 0) return -EPIPE;
  if (bytes.readBigUInt64LE(msghdr.msg_controllen) >= CONTROL_LENGTH) {
    return bytes.readInt32LE(CONTROL + cmsghdr.size);
  }
  return bytes.readInt32LE(msghdr.msg_flags) & MSG_CTRUNC ? -EMFILE : -EBADMSG;
});
// #endregion receive
