/** Files: what is opened and what is refused, what statx tells, and bytes on their way to a socket. */

import { constants, mkdirSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN, epoll_create1, epoll_ctl } from './epoll.ts';
import { EAGAIN, EBADF, EINVAL, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM, EXDEV } from './errors.ts';
import * as f from './file.ts';
import { Descriptors, temporaryDirectory } from './fixtures/resources.ts';
import { O_CLOEXEC, O_NONBLOCK, read } from './io.ts';
import { Memory } from './memory.ts';

const BENEATH = f.RESOLVE_BENEATH | f.RESOLVE_NO_MAGICLINKS;
const text = Array.from({ length: 10_000 }, (_, i) => i % 10).join('');
const memory = Memory.allocate(20_000);

interface Place {
  readonly fds: Descriptors;
  readonly directory: string;
  /** Its descriptor. */
  readonly root: number;
  /** A descriptor of the file `file` in it, which holds `text`. */
  readonly file: number;
}

function makePlace(t: ExecutionContext): Place {
  const fds = new Descriptors(t);
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), text);
  mkdirSync(join(directory, 'sub'));
  writeFileSync(join(directory, 'sub', 'inner'), 'inner');
  const root = fds.keep(f.openat(f.AT_FDCWD, Buffer.from(directory), f.O_PATH | O_CLOEXEC));
  const file = fds.keep(f.openat(root, Buffer.from('file'), f.O_RDONLY | O_CLOEXEC));
  return { fds, directory, root, file };
}

test('openat opens from a directory on, and O_PATH opens what then cannot be read', (t) => {
  const { fds, root, file } = makePlace(t);
  t.is(read(file, memory, 0, 4), 4);
  const named = fds.keep(f.openat(root, Buffer.from('sub/inner'), f.O_PATH | O_CLOEXEC));
  t.is(read(named, memory, 0, 4), -EBADF);
  t.is(f.openat(root, Buffer.from('nothing'), f.O_RDONLY), -ENOENT);
  t.is(f.openat(root, Buffer.from('file/x'), f.O_RDONLY), -ENOTDIR);
});

test('a path after a longer one is not longer than it is, and what is no path is refused', (t) => {
  const { fds, root } = makePlace(t);
  t.is(f.openat(root, Buffer.from('file-that-is-not-there'), f.O_RDONLY), -ENOENT);
  fds.keep(f.openat(root, Buffer.from('file'), f.O_RDONLY | O_CLOEXEC));
  t.is(f.openat(root, Buffer.from('file\0x'), f.O_RDONLY), -EINVAL);
  t.is(f.openat(root, Buffer.alloc(4096, 'x'), f.O_RDONLY), -ENAMETOOLONG);
  t.is(f.openat2(root, Buffer.from('file\0x'), f.O_RDONLY, BENEATH), -EINVAL);
  t.is(f.openat2(root, Buffer.alloc(4096, 'x'), f.O_RDONLY, BENEATH), -ENAMETOOLONG);
});

test('openat2 with RESOLVE_BENEATH follows links that stay below, and refuses whatever leads out', (t) => {
  const { fds, directory, root } = makePlace(t);
  for (const [name, to] of Object.entries({
    stays: 'sub/inner',
    up: '../',
    absolute: '/etc',
    itself: join(directory, 'file'),
  })) {
    symlinkSync(to, join(directory, name));
  }
  const open = (path: string): number => f.openat2(root, Buffer.from(path), f.O_RDONLY | O_CLOEXEC, BENEATH);
  for (const path of ['file', 'sub/inner', 'sub/../file', 'stays', '.']) fds.keep(open(path));
  for (const path of ['..', 'sub/../..', '/etc', 'up', 'up/x', 'absolute/passwd', 'itself'])
    t.is(open(path), -EXDEV, path);
});

test('statx tells what Node tells, of files and of directories', (t) => {
  const { fds, directory, root } = makePlace(t);
  const status = new f.FileStatus();
  utimesSync(join(directory, 'file'), 1, 1_234_567_890.125);
  for (const name of ['file', 'sub', '.']) {
    const fd = fds.keep(f.openat(root, Buffer.from(name), f.O_PATH | O_CLOEXEC));
    t.is(f.statx(fd, status), 0);
    const { mode, ino, size, mtimeNs } = statSync(join(directory, name), { bigint: true });
    t.deepEqual([BigInt(status.mode), status.inode, BigInt(status.size), status.changed], [mode, ino, size, mtimeNs]);
  }
  t.is(status.mode & constants.S_IFMT, constants.S_IFDIR);
  t.is(f.statx(-1, status), -EBADF);
});

test('pread takes bytes from where it is told, and moves nothing', (t) => {
  const { file } = makePlace(t);
  t.is(f.pread(file, memory, 0, 10, 9995), 5);
  t.is(f.pread(file, memory, 100, 10, 5), 10);
  t.is(memory.bytes.toString('latin1', 100, 110), text.slice(5, 15));
  t.is(f.pread(file, memory, 0, 10, 10_000), 0);
  t.is(read(file, memory, 0, 10), 10);
  t.is(memory.bytes.toString('latin1', 0, 10), text.slice(0, 10));
  t.throws(() => f.pread(file, memory, 19_995, 10, 0), { instanceOf: RangeError });
});

test('sendfile gives a socket the bytes from an offset on, and moves no position', (t) => {
  const { fds, directory, file } = makePlace(t);
  const [ours, theirs] = fds.socketpair(O_NONBLOCK);
  t.is(f.sendfile(ours, file, 3, 5000), 5000);
  t.is(read(theirs, memory, 0, 20_000), 5000);
  t.is(memory.bytes.toString('latin1', 0, 5000), text.slice(3, 5003));
  t.is(f.sendfile(ours, file, 9000, 5000), 1000, 'until the end');
  t.is(f.sendfile(ours, file, 10_000, 1), 0);
  truncateSync(join(directory, 'file'), 100);
  t.is(f.sendfile(ours, file, 200, 1), 0, 'behind the end');
  t.is(read(file, memory, 0, 10), 10);
  t.is(memory.bytes.toString('latin1', 0, 10), text.slice(0, 10));
  t.is(f.sendfile(-1, file, 0, 1), -EBADF);
});

test('sendfile to a full socket is -EAGAIN', (t) => {
  const { fds, file } = makePlace(t);
  const [ours] = fds.socketpair(O_NONBLOCK);
  let sent = 0;
  for (let count = 1; count > 0; sent += Math.max(0, count)) count = f.sendfile(ours, file, 0, 10_000);
  t.true(sent > 0);
  t.is(f.sendfile(ours, file, 0, 10_000), -EAGAIN);
});

test('splice moves bytes from a file into a pipe, and from the pipe into a socket', (t) => {
  const { fds, file } = makePlace(t);
  const [reading, writing] = fds.pipe(O_NONBLOCK);
  const [ours, theirs] = fds.socketpair(O_NONBLOCK);
  t.is(f.splice(file, 7, writing, 6000, f.SPLICE_F_NONBLOCK), 6000);
  t.is(f.splice(reading, -1, ours, 2500, f.SPLICE_F_NONBLOCK | f.SPLICE_F_MORE), 2500);
  t.is(f.splice(reading, -1, ours, 10_000, f.SPLICE_F_NONBLOCK), 3500, 'what the pipe has');
  t.is(f.splice(reading, -1, ours, 10_000, f.SPLICE_F_NONBLOCK), -EAGAIN);
  let got = 0;
  while (got < 6000) got += read(theirs, memory, got, 20_000 - got);
  t.is(memory.bytes.toString('latin1', 0, got), text.slice(7, 6007));
  t.is(f.splice(file, 10_000, writing, 10, f.SPLICE_F_NONBLOCK), 0, 'the end');
  t.is(f.splice(file, 0, ours, 10, 0), -EINVAL, 'neither is a pipe');
});

test('epoll refuses files, and sendfile sends nothing out of a socket', (t) => {
  const { fds, file } = makePlace(t);
  const [ours, theirs] = fds.socketpair(O_NONBLOCK);
  const epoll = fds.keep(epoll_create1(EPOLL_CLOEXEC));
  t.is(epoll_ctl(epoll, EPOLL_CTL_ADD, file, EPOLLIN), -EPERM);
  t.true(f.sendfile(ours, theirs, 0, 10) < 0); // -ESPIPE: it has no offsets
});
