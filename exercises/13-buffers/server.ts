/** A server on io_uring, in which the kernel receives into buffers that it is lent; your Lender gives them back. */

import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { Face, HEADROOM, Session } from '../../lib/service/session.ts';
import { ACCEPT_PAUSE, exhausted, passing } from '../../lib/sys/accept.ts';
import { check, ENOBUFS } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { operation, Ring, refusal } from '../../lib/sys/ring.ts';
import { SHUT_RDWR, SOCK_CLOEXEC, shutdown } from '../../lib/sys/socket.ts';
import * as io from '../../lib/sys/uring.ts';
import { answer } from '../check/answer.ts';
import { subject } from '../check/subject.ts';
import { Buffers, GROUP, SIZE } from './buffers.ts';

const NAME = '13-buffers';
const options = serverCommand(NAME, 'serve many clients by io_uring, with your Lender')
  .option('--buffers <n>', 'how many buffers, rounded up to a power of two', wholeNumber(1, 32_768), 16)
  .parse()
  .opts<{ host: string; port: number; buffers: number }>();
const { Lender } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Lender');

/** What a completion is of. */
const Kind = { Accepted: 0, Rested: 1, Received: 2 } as const;
const ACCEPT = operation(io.IORING_OP_ACCEPT, 0, io.IORING_ACCEPT_MULTISHOT);
const RECEIVE = operation(io.IORING_OP_RECV, io.IOSQE_BUFFER_SELECT, io.IORING_RECV_MULTISHOT);

/** Makes the ring and its buffers, or says in a line why there are none. */
function open(): [Ring, Buffers] {
  try {
    const ring = new Ring(256);
    return [ring, new Buffers(ring, 2 ** Math.ceil(Math.log2(options.buffers)))];
  } catch (error) {
    console.error(`${NAME}: ${refusal(error)}`);
    process.exit(1);
  }
}

const [ring, buffers] = open();
const lender = new Lender(buffers);
const input = Memory.allocate(HEADROOM + SIZE);
/** By descriptor. */
const sessions = new Map<number, Session>();
/** Those who are not received for, as there was no buffer; and how many they were when it was last said. */
const starved: number[] = [];
let complained = 0;

const accept = (): void => ring.prepare(ACCEPT, listener, 0, 0, SOCK_CLOEXEC, 0, Kind.Accepted);
const receive = (fd: number): void => ring.prepare(RECEIVE, fd, 0, 0, 0, fd, Kind.Received, GROUP);

function accepted(result: number, more: boolean): void {
  if (result >= 0) {
    const session = new Session();
    session.reset(Face.Unknown);
    sessions.set(result, session);
    receive(result);
  }
  if (result < 0 && !exhausted(result) && !passing(result)) check(result, 'accept');
  if (more) return;
  if (exhausted(result)) ring.timeout(ACCEPT_PAUSE, 0, Kind.Rested);
  else accept();
}

// #region received
/** Bytes have come, or their end; or the kernel has found no buffer, and receives no more until it is asked again. */
function received(fd: number, result: number, flags: number): void {
  if (flags & io.IORING_CQE_F_BUFFER) {
    buffers.used();
    lender.received(fd, flags, Math.max(0, result), (start, length) => serve(fd, start, length));
  }
  if (flags & io.IORING_CQE_F_MORE) return;
  if (result === -ENOBUFS) starved.push(fd);
  else if (result > 0) receive(fd);
  else {
    sessions.delete(fd);
    close(fd);
  }
}
// #endregion received

/** Answers what has come, at once. A WAIT or a slow reader holds up everybody here, which keeps this short. */
function serve(fd: number, start: number, length: number): void {
  const session = sessions.get(fd);
  if (session === undefined || length === 0) return;
  buffers.bytes.copy(input.bytes, HEADROOM, start, start + length); // a session needs room in front
  session.feed(input.bytes, HEADROOM, HEADROOM + length);
  if (answer(fd, session) >= 0) return;
  sessions.delete(fd);
  shutdown(fd, SHUT_RDWR); // now its receiving ends, and then it is closed
}

/** Receives again for those who found no buffer, if there is one by now. */
function feed(): void {
  if (buffers.free > 0) for (const fd of starved.splice(0)) receive(fd);
  else if (starved.length !== complained) console.log(`no buffer: ${buffers.story}`);
  complained = starved.length;
}

const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
accept();
// #region turn
for (;;) {
  ring.enter(1);
  for (;;) {
    while (ring.next()) {
      const { kind, subject: fd, result, flags } = ring;
      if (kind === Kind.Received) received(fd, result, flags);
      else if (kind === Kind.Rested) accept();
      else accepted(result, (flags & io.IORING_CQE_F_MORE) !== 0);
    }
    ring.taken();
    if (!ring.overflown) break;
    ring.flush();
  }
  lender.turned();
  feed();
}
// #endregion turn
