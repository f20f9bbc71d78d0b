/** The chat's carrier on socket pairs: what it keeps for a member that does not read is bounded, whatever is said. */

import test from 'ava';
import { check } from '../sys/errors.ts';
import { close, F_SETFL, fcntl, O_NONBLOCK, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import { openSocketpair, SO_SNDBUF, SOCK_STREAM, SOL_SOCKET, setsockopt } from '../sys/socket.ts';
import { Want } from './carrier.ts';
import { ChatRoom, MAX_BACKLOG } from './chat.ts';

for (const [what, line] of [
  ['empty lines', '\n'],
  ['short lines', 'hello\n'],
  ['long lines', `${'x'.repeat(1000)}\n`],
] as const) {
  test(`who does not read is dropped before ${what} fill the memory`, (t) => {
    const dropped: number[] = [];
    const room = new ChatRoom((fd) => dropped.push(fd));
    const [[speaker, mouth], [slow, ear]] = [openSocketpair(SOCK_STREAM), openSocketpair(SOCK_STREAM)];
    t.teardown(() => {
      for (const fd of [speaker, mouth, slow, ear]) close(fd);
    });
    for (const fd of [speaker, slow]) {
      check(fcntl(fd, F_SETFL, O_NONBLOCK), 'fcntl');
      t.is(room.opened(fd), Want.Read);
    }
    check(setsockopt(slow, SOL_SOCKET, SO_SNDBUF, 1), 'setsockopt'); // so that little stays in the kernel
    const said = Memory.allocate(60 * line.length);
    said.bytes.write(line.repeat(60));
    let lines = 0;
    while (dropped.length === 0) {
      t.is(write(mouth, said, 0, said.length), said.length);
      t.is(room.readable(speaker), Want.Read | Want.Again);
      lines += 60;
      for (let fd = room.wakeups.next(); fd >= 0; fd = room.wakeups.next()) room.writable(fd);
    }
    t.deepEqual(dropped, [slow]);
    t.true(lines * line.length < 2 * MAX_BACKLOG, `${lines} lines`);
    t.true(lines < MAX_BACKLOG / 50, `${lines} lines`); // an object each
  });
}
