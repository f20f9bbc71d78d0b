/** What becomes of a negative errno: it passes through, or it is thrown with its name and in words. */

import { openSync } from 'node:fs';
import test from 'ava';
import { check, EACCES, EADDRINUSE, EADDRNOTAVAIL, EBADF, ENOMEM, SystemError } from './errors.ts';

test('a result that is not negative passes through', (t) => {
  t.is(check(0, 'close'), 0);
  t.is(check(17, 'socket'), 17);
  t.is(check(0x7fff_1234_5000, 'mmap'), 0x7fff_1234_5000);
});

test('a negative errno is thrown with the code, the errno and the call', (t) => {
  const error = t.throws(() => check(-EBADF, 'read'), {
    instanceOf: SystemError,
    message: 'read: bad file descriptor',
  });
  t.is(error.name, 'SystemError');
  t.is(error.code, 'EBADF');
  t.is(error.errno, -EBADF);
  t.is(error.syscall, 'read');
});

test("the fields are those of Node's own system errors", (t) => {
  const theirs = t.throws<NodeJS.ErrnoException>(() => openSync('/nowhere/at/all', 'r'));
  const ours = new SystemError(theirs.errno!, 'open', '/nowhere/at/all');
  t.deepEqual([ours.code, ours.errno, ours.syscall], [theirs.code, theirs.errno, theirs.syscall]);
  t.is(ours.message, 'open /nowhere/at/all: no such file or directory');
});

test('what goes wrong when a server binds is said in words for its user', (t) => {
  const message = (errno: number): string => new SystemError(-errno, 'bind', '127.0.0.1:80').message;
  t.is(message(EADDRINUSE), '127.0.0.1:80 is already in use');
  t.is(message(EADDRNOTAVAIL), '127.0.0.1:80 is not an address of this machine');
  t.is(message(EACCES), 'bind 127.0.0.1:80: permission denied (ports below 1024 may need root)');
  t.is(message(ENOMEM), 'bind 127.0.0.1:80: not enough memory');
  t.is(new SystemError(-EADDRINUSE, 'listen').message, 'the address is already in use');
});

test('the same errors of other calls are not taken for those of bind', (t) => {
  const spent = new SystemError(-EADDRNOTAVAIL, 'connect', '127.0.0.1:80'); // no ephemeral port left
  t.is(spent.message, 'connect 127.0.0.1:80: address not available');
  t.is(new SystemError(-EACCES, 'open').message, 'open: permission denied');
});

test('an errno that Node has no name for is thrown all the same', (t) => {
  const error = t.throws(() => check(-9999, 'ioctl'), { instanceOf: SystemError });
  t.is(error.code, 'errno 9999');
  t.is(error.message, 'ioctl: unknown error');
});
