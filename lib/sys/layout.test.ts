/** The struct layouts and constants, against the manual's tables and against the C headers where there is a compiler. */

import { spawnSync } from 'node:child_process';
import test from 'ava';
import * as address from './address.ts';
import * as epoll from './epoll.ts';
import * as errors from './errors.ts';
import * as file from './file.ts';
import * as io from './io.ts';
import { type Layout, layout, layouts } from './layout.ts';
import * as message from './message.ts';
import * as poll from './poll.ts';
import { SIGINT, SIGKILL, SIGPIPE, SIGTERM, WNOHANG } from './process.ts';
import { FD_SETSIZE } from './select.ts';
import * as signal from './signal.ts';
import * as socket from './socket.ts';
import * as tcp from './tcp.ts';
import * as uring from './uring.ts';

/** As the manual and the kernel's headers give them; the same on both architectures but for the last one. */
const documented = {
  // ip(7), <linux/in.h>: u16 sin_family, be16 sin_port, be32 sin_addr, padded to 16 bytes
  sockaddr_in: { size: 16, sin_family: 0, sin_port: 2, sin_addr: 4 },
  // ipv6(7), <linux/in6.h>: u16, be16, be32 sin6_flowinfo, 16 bytes sin6_addr, u32 sin6_scope_id
  sockaddr_in6: { size: 28, sin6_family: 0, sin6_port: 2, sin6_flowinfo: 4, sin6_addr: 8, sin6_scope_id: 24 },
  // unix(7), <linux/un.h>: u16 sun_family, char sun_path[108]
  sockaddr_un: { size: 110, sun_family: 0, sun_path: 2 },
  // timeval(3type): time_t and suseconds_t, 64 bits each on both
  timeval: { size: 16, tv_sec: 0, tv_usec: 8 },
  // timespec(3type): time_t and long, 64 bits each on both
  timespec: { size: 16, tv_sec: 0, tv_nsec: 8 },
  // getrlimit(2): rlim_t, 64 bits each on both
  rlimit: { size: 16, rlim_cur: 0, rlim_max: 8 },
  // poll(2): int fd, short events, short revents
  pollfd: { size: 8, fd: 0, events: 4, revents: 6 },
  // sigaction(2), <bits/sigaction.h>: handler, sigset_t of 1,024 bits, int sa_flags, the restorer's pointer
  sigaction: { size: 152, sa_handler: 0, sa_mask: 8, sa_flags: 136 },
  // signalfd(2): u32 signo, s32 errno, s32 code, u32 pid, u32 uid, …, padded to 128 bytes
  signalfd_siginfo: { size: 128, ssi_signo: 0, ssi_pid: 12, ssi_uid: 16 },
  // iovec(3type): void *iov_base, size_t iov_len
  iovec: { size: 16, iov_base: 0, iov_len: 8 },
  // sendmsg(2): name and its length, iovec and their number, control and its length, flags; pointers and lengths aligned
  msghdr: { size: 56, msg_iov: 16, msg_iovlen: 24, msg_control: 32, msg_controllen: 40, msg_flags: 48 },
  // cmsg(3): size_t cmsg_len, int cmsg_level, int cmsg_type
  cmsghdr: { size: 16, cmsg_len: 0, cmsg_level: 8, cmsg_type: 12 },
  // openat2(2), <linux/openat2.h>: three times u64
  open_how: { size: 24, flags: 0, mode: 8, resolve: 16 },
  // statx(2), <linux/stat.h>: u32, u32, u64, three times u32, u16 stx_mode, a gap, u64 stx_ino, u64 stx_size, two u64, then
  // atime, btime, ctime and mtime of 16 bytes each, and what came later
  statx: { size: 256, stx_mode: 28, stx_ino: 32, stx_size: 40, stx_mtime: 112 },
  // s64 tv_sec, u32 tv_nsec, a gap
  statx_timestamp: { size: 16, tv_sec: 0, tv_nsec: 8 },
  // <linux/tcp.h>: eight times u8, 24 times u32, four u64 up to byte 136, then u32 again; it goes on behind those
  tcp_info: {
    size: 160,
    tcpi_ato: 12,
    tcpi_snd_mss: 16,
    tcpi_unacked: 24,
    tcpi_segs_out: 136,
    tcpi_segs_in: 140,
    tcpi_notsent_bytes: 144,
    tcpi_data_segs_in: 152,
    tcpi_data_segs_out: 156,
  },
  // netlink(7): u32 nlmsg_len, u16 nlmsg_type, u16 nlmsg_flags, u32 nlmsg_seq, u32 nlmsg_pid
  nlmsghdr: { size: 16, nlmsg_len: 0, nlmsg_type: 4, nlmsg_flags: 6 },
  // sock_diag(7): be16 idiag_sport, be16 idiag_dport, be32 idiag_src[4], be32 idiag_dst[4], u32 idiag_if, u32 idiag_cookie[2]
  inet_diag_sockid: { size: 48, idiag_sport: 0, idiag_src: 4 },
  // sock_diag(7): four times u8, u32 idiag_states, the struct above
  inet_diag_req_v2: { size: 56, sdiag_family: 0, sdiag_protocol: 1, idiag_states: 4, id: 8 },
  // sock_diag(7): four times u8, the struct above, u32 idiag_expires, idiag_rqueue, idiag_wqueue, idiag_uid, idiag_inode
  inet_diag_msg: {
    size: 72,
    idiag_family: 0,
    idiag_state: 1,
    id: 4,
    idiag_rqueue: 56,
    idiag_wqueue: 60,
    idiag_inode: 68,
  },
  // io_uring_setup(2): ten u32, then the two structs of offsets, of seven u32, one reserved and a u64 each
  io_uring_params: { size: 120, sq_entries: 0, cq_entries: 4, flags: 8, features: 20, sq_off: 40, cq_off: 80 },
  io_sqring_offsets: { size: 40, head: 0, tail: 4, ring_mask: 8, flags: 16, array: 24 },
  io_cqring_offsets: { size: 40, head: 0, tail: 4, ring_mask: 8, cqes: 20 },
  // io_uring_enter(2): u8, u8, u16, s32, three u64 with a u32 and the flags after the second, u16, u16, s32, two u64
  io_uring_sqe: {
    size: 64,
    opcode: 0,
    flags: 1,
    ioprio: 2,
    fd: 4,
    off: 8,
    addr: 16,
    len: 24,
    msg_flags: 28,
    user_data: 32,
    buf_group: 40,
    file_index: 44,
  },
  // io_uring_enter(2): u64, s32, u32
  io_uring_cqe: { size: 16, user_data: 0, res: 8, flags: 12 },
  // io_uring_register_buf_ring(3): u64 addr, u32 len, u16 bid, u16 resv, where the first has the ring's tail
  io_uring_buf: { size: 16, addr: 0, len: 8, bid: 12, resv: 14 },
  io_uring_buf_reg: { size: 40, ring_addr: 0, ring_entries: 8, bgid: 12 },
  // io_uring_register(2): u32 nr, u32 flags, three u64
  io_uring_rsrc_register: { size: 32, nr: 0, flags: 4 },
};
/** epoll_event(3type), <linux/eventpoll.h>: u32 events, u64 data, EPOLL_PACKED on x86-64 alone. */
const epollEvent = {
  x64: { size: 12, events: 0, data: 4 },
  arm64: { size: 16, events: 0, data: 8 },
};

for (const arch of ['x64', 'arm64'] as const) {
  test(`the layouts for ${arch} are those that the manual and the kernel's headers document`, (t) => {
    t.deepEqual(layouts[arch], { ...documented, epoll_event: epollEvent[arch] });
  });
}

test('the numbers of system calls are those of the kernel’s tables for both architectures', (t) => {
  t.deepEqual(signal.SYS_tgkill, { x64: 234, arm64: 131 }); // <asm/unistd_64.h>, <asm-generic/unistd.h>
});

test('the layouts in use are those of the architecture that this process runs on', (t) => {
  t.is(layout, layouts[process.arch as 'x64' | 'arm64']);
});

// <linux/tcp.h> and not <netinet/tcp.h>, whose struct tcp_info has stopped growing.
const HEADERS = ['errno.h', 'fcntl.h', 'netinet/in.h', 'poll.h', 'signal.h', 'stddef.h', 'time.h']
  .concat('linux/inet_diag.h', 'linux/io_uring.h', 'linux/netlink.h', 'linux/openat2.h', 'linux/tcp.h')
  .concat('sys/epoll.h', 'sys/resource.h', 'sys/select.h', 'sys/signalfd.h', 'sys/socket.h', 'sys/stat.h')
  .concat('sys/syscall.h', 'sys/uio.h', 'sys/un.h', 'sys/wait.h')
  .map((header) => `#include <${header}>\n`)
  .join('');

/** Lets a compiler look at a C program without a file. @returns what it complains of */
function compile(compiler: string, source: string): string {
  const { error, stderr } = spawnSync(compiler, ['-D_GNU_SOURCE', '-fsyntax-only', '-x', 'c', '-'], {
    input: HEADERS + source,
    encoding: 'utf8',
  });
  return error?.message ?? stderr;
}

/** The architecture that a compiler compiles for; undefined when it or its headers are missing. */
function targetOf(compiler: string): 'x64' | 'arm64' | undefined {
  if (compile(compiler, '') !== '') return undefined;
  const machine = spawnSync(compiler, ['-dumpmachine'], { encoding: 'utf8' }).stdout;
  return machine.startsWith('x86_64') ? 'x64' : machine.startsWith('aarch64') ? 'arm64' : undefined;
}

const signals = { SIGINT, SIGKILL, SIGPIPE, SIGTERM };
/** To a C program these two are function calls; signal.test.ts looks at them. */
const { SIGRTMIN: _min, SIGRTMAX: _max, ...signalConstants } = signal;
/** Every number that these modules export in capitals, as EPOLLIN and SO_REUSEPORT. */
const exported = {
  ...address,
  ...epoll,
  ...errors,
  ...file,
  ...io,
  ...message,
  ...poll,
  ...socket,
  ...tcp,
  ...signals,
  ...signalConstants,
  ...uring,
  FD_SETSIZE,
  WNOHANG,
};
const constants = Object.entries(exported).filter(
  (entry): entry is [string, number] => /^[A-Z][A-Z0-9_]+$/.test(entry[0]) && typeof entry[1] === 'number',
);

/** C that compiles only where every size, offset and constant is the same. */
function assertions(arch: 'x64' | 'arm64'): string {
  const same = (expression: string, value: number): string =>
    `_Static_assert((int)(${expression}) == (int)${value}LL, "${expression} is not ${value}");\n`;
  const structs = Object.entries<Layout>({ ...layouts[arch] }).flatMap(([name, { size, ...offsets }]) => [
    // What headers of another year have more of does not matter here.
    ...(name === 'tcp_info' ? [] : [same(`sizeof(struct ${name})`, size)]),
    ...Object.entries(offsets).map(([field, at]) => same(`offsetof(struct ${name}, ${field})`, at)),
  ]);
  const numbers = [same('SYS_tgkill', signal.SYS_tgkill[arch])];
  return [...structs, ...constants.map(([name, value]) => same(name, value)), ...numbers].join('');
}

const compilers = new Map<'x64' | 'arm64', string>();
for (const compiler of ['aarch64-linux-gnu-gcc', 'x86_64-linux-gnu-gcc', 'cc']) {
  const arch = targetOf(compiler);
  if (arch !== undefined) compilers.set(arch, compiler);
}

for (const [arch, compiler] of compilers) {
  test(`the C headers that ${compiler} finds for ${arch} give the same sizes, offsets and constants`, (t) => {
    t.is(compile(compiler, assertions(arch)), '');
    t.regex(compile(compiler, assertions(arch).replace('== (int)16LL', '== (int)17LL')), /static assertion failed/);
  });
}

if (!compilers.has(process.arch as 'x64' | 'arm64')) {
  test.skip('the C headers of this machine give the same sizes, offsets and constants', () => {});
  test('without a C compiler and its headers only the tables are checked', (t) => {
    t.log('NOT CHECKED against the C headers: no working cc here (apt-get install gcc libc6-dev)');
    t.pass();
  });
}
