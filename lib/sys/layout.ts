/** Struct layouts of the kernel's interface, as data: sizes and offsets in bytes, for x86-64 and arm64. */

/** A struct: its size and where its fields begin, in bytes. */
export interface Layout {
  readonly size: number;
  readonly [field: string]: number;
}

/** The structs that lib/sys reads or writes, by the name in the man page. */
export interface Layouts {
  /** ip(7). The port and the address are in network byte order. */
  readonly sockaddr_in: Layout;
  /** ipv6(7). */
  readonly sockaddr_in6: Layout;
  /** unix(7). The path is 108 bytes at most, with its final zero. */
  readonly sockaddr_un: Layout;
  /** timeval(3type), for select(2) and SO_RCVTIMEO. */
  readonly timeval: Layout;
  /** timespec(3type), for nanosleep(2). */
  readonly timespec: Layout;
  /** getrlimit(2). */
  readonly rlimit: Layout;
  /** poll(2). */
  readonly pollfd: Layout;
  /** sigaction(2), as the C library has it. */
  readonly sigaction: Layout;
  /** signalfd(2): what is read from such a descriptor. */
  readonly signalfd_siginfo: Layout;
  /** iovec(3type): one piece of a message. */
  readonly iovec: Layout;
  /** sendmsg(2): a message with its pieces, and the control messages that go with it. */
  readonly msghdr: Layout;
  /** cmsg(3): the head of a control message; its data follow. */
  readonly cmsghdr: Layout;
  /** openat2(2): how a path is to be followed. */
  readonly open_how: Layout;
  /** statx(2): what a file is. One layout for both architectures, where that of fstat(2) is another on each. */
  readonly statx: Layout;
  /** statx(2): a time in it. */
  readonly statx_timestamp: Layout;
  /** tcp(7), TCP_INFO, as far as it is read here; Linux goes on adding fields at its end. */
  readonly tcp_info: Layout;
  /** netlink(7): the head of a message; its payload follows. */
  readonly nlmsghdr: Layout;
  /** sock_diag(7): between whom a socket is, in network byte order. */
  readonly inet_diag_sockid: Layout;
  /** The same: which sockets are asked for. */
  readonly inet_diag_req_v2: Layout;
  /** The same: a socket. */
  readonly inet_diag_msg: Layout;
  /** io_uring_setup(2): what is asked of a ring, and what the kernel answers; where in it the offsets stand. */
  readonly io_uring_params: Layout;
  /** Where things are in the memory of the submission queue. */
  readonly io_sqring_offsets: Layout;
  /** Where things are in the memory of the completion queue. */
  readonly io_cqring_offsets: Layout;
  /** io_uring_enter(2): a request. Many fields bear several names; these are those that are used here. */
  readonly io_uring_sqe: Layout;
  /** io_uring_enter(2): what became of one. */
  readonly io_uring_cqe: Layout;
  /** io_uring_register_buf_ring(3): a buffer in a ring of them; the ring's tail is in the last bytes of the first. */
  readonly io_uring_buf: Layout;
  /** The same: how such a ring is registered. */
  readonly io_uring_buf_reg: Layout;
  /** io_uring_register(2), IORING_REGISTER_FILES2. */
  readonly io_uring_rsrc_register: Layout;
  /** epoll_event(3type): the one that differs. */
  readonly epoll_event: Layout;
}

const common = {
  sockaddr_in: { size: 16, sin_family: 0, sin_port: 2, sin_addr: 4 },
  sockaddr_in6: { size: 28, sin6_family: 0, sin6_port: 2, sin6_flowinfo: 4, sin6_addr: 8, sin6_scope_id: 24 },
  sockaddr_un: { size: 110, sun_family: 0, sun_path: 2 },
  timeval: { size: 16, tv_sec: 0, tv_usec: 8 },
  timespec: { size: 16, tv_sec: 0, tv_nsec: 8 },
  rlimit: { size: 16, rlim_cur: 0, rlim_max: 8 },
  pollfd: { size: 8, fd: 0, events: 4, revents: 6 },
  sigaction: { size: 152, sa_handler: 0, sa_mask: 8, sa_flags: 136 },
  signalfd_siginfo: { size: 128, ssi_signo: 0, ssi_pid: 12, ssi_uid: 16 },
  iovec: { size: 16, iov_base: 0, iov_len: 8 },
  msghdr: { size: 56, msg_iov: 16, msg_iovlen: 24, msg_control: 32, msg_controllen: 40, msg_flags: 48 },
  cmsghdr: { size: 16, cmsg_len: 0, cmsg_level: 8, cmsg_type: 12 },
  open_how: { size: 24, flags: 0, mode: 8, resolve: 16 },
  statx: { size: 256, stx_mode: 28, stx_ino: 32, stx_size: 40, stx_mtime: 112 },
  statx_timestamp: { size: 16, tv_sec: 0, tv_nsec: 8 },
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
  nlmsghdr: { size: 16, nlmsg_len: 0, nlmsg_type: 4, nlmsg_flags: 6 },
  inet_diag_sockid: { size: 48, idiag_sport: 0, idiag_src: 4 },
  inet_diag_req_v2: { size: 56, sdiag_family: 0, sdiag_protocol: 1, idiag_states: 4, id: 8 },
  inet_diag_msg: {
    size: 72,
    idiag_family: 0,
    idiag_state: 1,
    id: 4,
    idiag_rqueue: 56,
    idiag_wqueue: 60,
    idiag_inode: 68,
  },
  io_uring_params: { size: 120, sq_entries: 0, cq_entries: 4, flags: 8, features: 20, sq_off: 40, cq_off: 80 },
  io_sqring_offsets: { size: 40, head: 0, tail: 4, ring_mask: 8, flags: 16, array: 24 },
  io_cqring_offsets: { size: 40, head: 0, tail: 4, ring_mask: 8, cqes: 20 },
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
  io_uring_cqe: { size: 16, user_data: 0, res: 8, flags: 12 },
  io_uring_buf: { size: 16, addr: 0, len: 8, bid: 12, resv: 14 },
  io_uring_buf_reg: { size: 40, ring_addr: 0, ring_entries: 8, bgid: 12 },
  io_uring_rsrc_register: { size: 32, nr: 0, flags: 4 },
};

/** By Node's names of the architectures, `process.arch`. */
export const layouts: Readonly<Record<'x64' | 'arm64', Layouts>> = {
  // On x86-64 alone epoll_event is packed, so that 32-bit programs see the same 12 bytes (linux/eventpoll.h).
  x64: { ...common, epoll_event: { size: 12, events: 0, data: 4 } },
  arm64: { ...common, epoll_event: { size: 16, events: 0, data: 8 } },
};

function native(): Layouts {
  if (process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64'))
    return layouts[process.arch];
  process.stderr.write(
    `These programs make Linux's system calls on x86-64 or arm64; this is ${process.platform} on ${process.arch}.\n`,
  );
  process.exit(1);
}

/** The layouts of the machine that this process runs on. */
export const layout: Layouts = native();
