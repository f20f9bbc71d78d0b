/** TCP connections with both ends in this process, how one end ends them, and how the other waits to be told. */

import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { POLLHUP, POLLIN, POLLRDHUP, PollFds, poll } from '../../lib/sys/poll.ts';
import * as s from '../../lib/sys/socket.ts';

/** What has not come over the loopback after so many milliseconds is not coming. */
export const PATIENCE = 5000;
const ping = Memory.allocate(5);
ping.bytes.write('PING\n');
const room = Memory.allocate(64);

// #region arrived
/**
 * Sleeps until a segment has come, so that nothing after it is left to luck.
 *
 * @param event POLLIN for bytes, POLLRDHUP for the peer's FIN, POLLHUP for a reset
 * @returns what poll(2) tells of the descriptor then; 0 when nothing came within PATIENCE
 */
export function arrived(fd: number, event: number): number {
  const fds = new PollFds();
  fds.set(fd, event);
  check(poll(fds, PATIENCE), 'poll');
  return fds.revents(0);
}
// #endregion arrived

/** Writes five bytes. @returns as write(2) */
export const writePing = (fd: number): number => write(fd, ping, 0, ping.length);

/** The same with flags. @returns as send(2) */
export const sendPing = (fd: number, flags: number): number => s.send(fd, ping, 0, ping.length, flags);

/** Reads what there is, up to 64 bytes. @returns as read(2) */
export const readSome = (fd: number): number => read(fd, room, 0, room.length);

/** Both ends of a connection; `ours` meets what `theirs` does. */
export interface Connection {
  readonly ours: number;
  readonly theirs: number;
}

/** A connection over the loopback. @param listener that nobody else connects to or accepts from */
export function connection(listener: number): Connection {
  const ours = check(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0), 'socket');
  check(s.connect(ours, s.getsockname(listener)), 'connect');
  return { ours, theirs: check(s.accept4(listener, s.SOCK_CLOEXEC), 'accept4') };
}

function must(told: number): void {
  if (told === 0) throw new Error(`no segment came within ${PATIENCE} ms`);
}

/** The peer closes, and has read all that came. */
export function closed({ ours, theirs }: Connection): void {
  close(theirs);
  must(arrived(ours, POLLRDHUP));
}

/** The peer resets. */
export function reset({ ours, theirs }: Connection): void {
  check(s.setResetOnClose(theirs), 'setsockopt');
  close(theirs);
  must(arrived(ours, POLLHUP));
}

/** The peer closes, and has not read what came. */
export function closedUnread({ ours, theirs }: Connection): void {
  check(writePing(ours), 'write');
  must(arrived(theirs, POLLIN));
  close(theirs);
  must(arrived(ours, POLLHUP));
}

/** The peer sends five bytes, and resets. */
export function answeredAndReset(both: Connection): void {
  check(writePing(both.theirs), 'write');
  must(arrived(both.ours, POLLIN));
  reset(both);
}

/** The peer closes, and is written to all the same. */
export function closedAndWrittenTo(both: Connection): void {
  closed(both);
  check(writePing(both.ours), 'write');
  must(arrived(both.ours, POLLHUP));
}
