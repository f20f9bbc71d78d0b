/** A client that fetches a path again and again on one connection, as fast as it comes, and looks at none of it. */

import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { connect, SOCK_CLOEXEC, SOCK_STREAM, socket } from '../../lib/sys/socket.ts';

const { port, path, count } = toolCommand('fetch', 'fetch a path from a server on 127.0.0.1 again and again')
  .requiredOption('--port <port>', 'where it listens', wholeNumber(1, 65_535))
  .requiredOption('--path <path>', 'what is fetched')
  .option('--count <n>', 'how often', wholeNumber(1, 100_000_000), 1)
  .parse()
  .opts<{ port: number; path: string; count: number }>();

const memory = Memory.allocate(1_048_576);
const fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
check(connect(fd, { host: '127.0.0.1', port }), 'connect');
const question = Memory.allocate(1024);
const length = question.bytes.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);

for (let i = 0; i < count; i++) {
  check(write(fd, question, 0, length), 'write');
  let head = '';
  let got = 0;
  while (!head.includes('\r\n\r\n')) {
    got = check(read(fd, memory, 0, memory.length), 'read');
    if (got === 0) throw new Error('the connection has ended');
    head += memory.bytes.toString('latin1', 0, Math.min(got, 1024));
  }
  const [, status, promised] = /^HTTP\/1\.1 (\d+)[\s\S]*?\r\nContent-Length: (\d+)\r\n/.exec(head) ?? [];
  if (status !== '200') throw new Error(`an answer that was not expected: ${head}`);
  let left = head.indexOf('\r\n\r\n') + 4 + Number(promised) - got; // the head comes in one piece, perhaps with more
  while (left > 0) {
    got = check(read(fd, memory, 0, Math.min(left, memory.length)), 'read');
    if (got === 0) throw new Error(`the connection has ended, ${left} bytes too early`);
    left -= got;
  }
}
