/** A client that makes the calls that it is told to make, whatever they return, and tells what that was. */

import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import { Argument } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { AF_INET, formatAddress } from '../../lib/sys/address.ts';
import { check, SystemError } from '../../lib/sys/errors.ts';
import { POLLHUP, POLLRDHUP } from '../../lib/sys/poll.ts';
import { connect, SOCK_CLOEXEC, SOCK_STREAM, setReceiveTimeout, socket } from '../../lib/sys/socket.ts';
import { arrived, PATIENCE, readSome, writePing } from './endings.ts';

type Call = 'wait' | 'read' | 'write';
const names = new Argument('[calls...]', 'read; write: PING; wait: until an end or a reset has come')
  .choices(['wait', 'read', 'write'] as const)
  .default(['wait', 'read', 'read', 'write']);
const program = toolCommand('client', 'connect, make some calls one after the other, and tell what each returns')
  .addArgument(names)
  .option('--port <port>', 'of the server, on 127.0.0.1', wholeNumber(1, 65_535), 8090)
  .parse();
const { port } = program.opts<{ port: number }>();
const [calls] = program.processedArgs as [Call[]];

const server = { host: '127.0.0.1', port };
const fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
check(setReceiveTimeout(fd, PATIENCE), 'setsockopt');
const connected = connect(fd, server);
if (connected < 0) {
  const { message } = new SystemError(connected, 'connect', formatAddress(server));
  console.error(`client: ${message}; is reset-server.ts running?`);
  process.exit(1);
}

/** What a call returned, in words. */
function inWords(result: number): string {
  if (result < 0) return `${getSystemErrorName(result)}, ${getSystemErrorMap().get(result)?.[1]}`;
  return result === 0 ? '0, the end' : `${result} bytes`;
}

/** Waits for the peer's end, or when that has come, for a reset. */
function wait(): string {
  const told = arrived(fd, ended ? POLLHUP : POLLRDHUP);
  ended = true;
  if (told === 0) return `nothing has come for ${PATIENCE / 1000} seconds`;
  return told & POLLHUP ? 'a reset has come' : 'the end has come';
}

let ended = false;
for (const call of calls) {
  const what = call === 'wait' ? wait() : inWords(call === 'read' ? readSome(fd) : writePing(fd));
  console.log(`${call.padEnd(6)} ${what}`);
}
