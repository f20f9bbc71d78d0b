/** Runs a command to whom the kernel refuses a system call, as a container's filter does: refuse.ts CALL ERRNO COMMAND ... */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { check } from '../sys/errors.ts';
import { SYS_openat2 } from '../sys/file.ts';
import { libc, result } from '../sys/libc.ts';
import { Memory } from '../sys/memory.ts';
import { SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup } from '../sys/uring.ts';

const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_RET_ERRNO = 0x00050000;
const SECCOMP_RET_ALLOW = 0x7fff0000;

const NUMBERS: Readonly<Record<string, number>> = {
  io_uring_setup: SYS_io_uring_setup,
  io_uring_enter: SYS_io_uring_enter,
  io_uring_register: SYS_io_uring_register,
  openat2: SYS_openat2,
};

const [call = '', name = '', ...command] = process.argv.slice(2);
const number = NUMBERS[call];
const errno = (constants.errno as Record<string, number>)[name];
if (number === undefined || errno === undefined || command.length === 0) {
  process.stderr.write('refuse takes a call, the name of an errno, and a command\n');
  process.exit(2);
}

/** struct sock_filter, seccomp(2): what the call's number decides. */
const program = [
  [0x20, 0, 0, 0], // load the number, the first word of struct seccomp_data
  [0x15, 0, 1, number], // go on if it is this one, else skip a line
  [0x06, 0, 0, SECCOMP_RET_ERRNO | errno],
  [0x06, 0, 0, SECCOMP_RET_ALLOW],
] as const;
const filter = Memory.allocate(8 * program.length);
program.forEach(([code, yes, no, k], i) => {
  filter.bytes.writeUInt16LE(code, 8 * i);
  filter.bytes.writeUInt8(yes, 8 * i + 2);
  filter.bytes.writeUInt8(no, 8 * i + 3);
  filter.bytes.writeUInt32LE(k, 8 * i + 4);
});
const sock_fprog = Memory.allocate(16);
sock_fprog.bytes.writeUInt16LE(program.length, 0);
sock_fprog.bytes.writeBigUInt64LE(BigInt(filter.address), 8);

// For this thread and those whom it starts: the child is started by it.
const prctl = libc('prctl', 'int', ['int', 'long', 'long', 'long', 'long']);
check(result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)), 'prctl');
check(result(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, sock_fprog.address, 0, 0)), 'prctl');

const [file = '', ...words] = command;
spawn(file, words, { stdio: 'inherit' }).once('exit', (status, signal) => {
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(status ?? 1);
});
