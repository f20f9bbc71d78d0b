/** Files: opening them from a directory on, what they are, and their bytes on the way to a socket. */

import { EINVAL, ENAMETOOLONG } from './errors.ts';
import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { traced } from './trace.ts';

export const AT_FDCWD = -100;
export const O_RDONLY = 0;
/** Names a file without opening it: nothing is asked of a FIFO or a device, and nothing can be read. */
export const O_PATH = 0o10000000;
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_BENEATH = 0x08;
export const SPLICE_F_MOVE = 1;
export const SPLICE_F_NONBLOCK = 2;
export const SPLICE_F_MORE = 4;

const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
/** The call's number, the same on both architectures: there is no function for it in the C library. */
export const SYS_openat2 = 437;

const libcOpenat = libc('openat', 'int', ['int', 'pointer', 'int', 'int']);
const libcSyscall = libc('syscall', 'long', ['long', 'int', 'pointer', 'pointer', 'size_t']);
const libcStatx = libc('statx', 'int', ['int', 'pointer', 'int', 'int', 'pointer']);
const libcPread = libc('pread', 'long', ['int', 'pointer', 'size_t', 'long']);
const libcSendfile = libc('sendfile', 'long', ['int', 'int', 'pointer', 'size_t']);
const libcSplice = libc('splice', 'long', ['int', 'pointer', 'int', 'pointer', 'size_t', 'int']);

/** PATH_MAX, with the final zero. */
const path = Memory.allocate(4096);
const how = Memory.allocate(layout.open_how.size);
const position = Memory.allocate(8);

/** Puts a path there. @returns 0, or a negative errno for what is no path */
function setPath(bytes: Buffer): number {
  if (bytes.length >= path.length) return -ENAMETOOLONG;
  if (bytes.includes(0)) return -EINVAL; // the kernel would take what stands before it for the whole
  path.bytes.fill(0, bytes.copy(path.bytes), bytes.length + 1);
  return 0;
}

/**
 * openat(2), for files that are there.
 *
 * @param directory where a relative path begins: a descriptor, or AT_FDCWD
 * @param name the path; a Buffer, for a file's name may be any bytes but / and 0
 * @param flags O_RDONLY or O_PATH, with O_CLOEXEC
 * @returns a descriptor or a negative errno
 */
export const openat = traced('openat', (directory: number, name: Buffer, flags: number): number => {
  const failed = setPath(name);
  return failed < 0 ? failed : result(libcOpenat(directory, path.address, flags, 0));
});

/**
 * openat2(2): the same, and says how the path may be followed.
 *
 * @param resolve RESOLVE_BENEATH: nowhere but below `directory`, whatever the path and the links in it say
 * @returns a descriptor; -EXDEV where the path leads out; -EAGAIN where a rename came between, so that it cannot be told;
 *   -ENOSYS before Linux 5.6; another negative errno
 */
export const openat2 = traced('openat2', (directory: number, name: Buffer, flags: number, resolve: number): number => {
  const failed = setPath(name);
  if (failed < 0) return failed;
  how.bytes.writeBigUInt64LE(BigInt(flags), layout.open_how.flags);
  how.bytes.writeBigUInt64LE(BigInt(resolve), layout.open_how.resolve);
  return result(libcSyscall(SYS_openat2, directory, path.address, how.address, how.length));
});

const { stx_mode, stx_ino, stx_size, stx_mtime } = layout.statx;
const { tv_sec, tv_nsec } = layout.statx_timestamp;

/** What statx() writes: what a file is. */
export class FileStatus {
  readonly memory = Memory.allocate(layout.statx.size);

  /** Its type and its permissions, as in fs.constants.S_IFMT. */
  get mode(): number {
    return this.memory.bytes.readUInt16LE(stx_mode);
  }

  /** Its number on its file system: another file, another number. */
  get inode(): bigint {
    return this.memory.bytes.readBigUInt64LE(stx_ino);
  }

  /** In bytes. */
  get size(): number {
    return Number(this.memory.bytes.readBigUInt64LE(stx_size));
  }

  /** When its bytes last changed, in nanoseconds since 1970. */
  get changed(): bigint {
    const seconds = this.memory.bytes.readBigInt64LE(stx_mtime + tv_sec);
    return seconds * 1_000_000_000n + BigInt(this.memory.bytes.readUInt32LE(stx_mtime + tv_nsec));
  }
}

const nothing = Memory.allocate(1); // zero: the empty path

/** statx(2) of a descriptor, O_PATH or not: what fstat(2) does. @returns 0 or a negative errno */
export const statx = traced('statx', (fd: number, status: FileStatus): number =>
  result(libcStatx(fd, nothing.address, AT_EMPTY_PATH, STATX_BASIC_STATS, status.memory.address)),
);

/**
 * pread(2): takes up to `length` bytes of a file, from `offset` on, into `memory` from `start` on.
 *
 * @returns how many; 0 where the file has ended
 */
export const pread = traced(
  'pread',
  (fd: number, memory: Memory, start: number, length: number, offset: number): number =>
    result(libcPread(fd, memory.at(start, length), length, offset)),
);

/**
 * sendfile(2): gives up to `length` bytes of a file, from `offset` on, to a socket. They do not pass through this process;
 * and the socket does not copy them either, so what is written to the file before they are sent is sent.
 *
 * @param socket where to
 * @param file where from; its own position is neither used nor moved
 * @returns how many bytes the socket took; 0 where the file has ended; -EAGAIN when a non-blocking socket takes none
 */
export const sendfile = traced('sendfile', (socket: number, file: number, offset: number, length: number): number => {
  position.bytes.writeBigInt64LE(BigInt(offset), 0);
  return result(libcSendfile(socket, file, position.address, length));
});

/**
 * splice(2): moves up to `length` bytes from one descriptor to the other; one of them must be a pipe.
 *
 * @param offset where in the file `from` to begin; -1 where that is a pipe or a socket
 * @param flags SPLICE_F_NONBLOCK, not to wait for the pipe; SPLICE_F_MORE, when more follows
 * @returns how many bytes were moved; 0 at the end; -EAGAIN
 */
export const splice = traced(
  'splice',
  (from: number, offset: number, to: number, length: number, flags: number): number => {
    position.bytes.writeBigInt64LE(BigInt(offset), 0);
    return result(libcSplice(from, offset < 0 ? 0 : position.address, to, 0, length, flags));
  },
);
