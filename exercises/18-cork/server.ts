/** An iterative file server, whose answers your reply() sends; the kernel is asked in how many segments they went. */

import { walkBeneath } from '../../chapters/17-sendfile/beneath.ts';
import { Site } from '../../chapters/17-sendfile/site.ts';
import { announce, cannotListen, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { Head, takeHead } from '../../lib/service/head.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { AT_FDCWD, O_PATH, openat } from '../../lib/sys/file.ts';
import { close, O_CLOEXEC, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { getsockopt, IPPROTO_TCP, TCP_NODELAY } from '../../lib/sys/socket.ts';
import { getTcpInfo, TcpInfo } from '../../lib/sys/tcp.ts';
import { subject } from '../check/subject.ts';

const NAME = '18-cork';
const options = serverCommand(NAME, 'serve files, one client at a time, with your reply()')
  .option('--files <directory>', 'whose files', 'chapters/18-small-writes')
  .parse()
  .opts<{ host: string; port: number; files: string }>();
const { reply } = await subject<typeof import('./starter.ts')>(import.meta.url, 'reply');

const input = Memory.allocate(CHUNK);
const head = new Head();
const info = new TcpInfo();

// #region answer
/** Answers a request in pieces, and tells what the kernel has made of them. */
function answer(client: number, site: Site): boolean {
  const { text, file } = site.answer(head);
  // What is another from run to run is left out: the check compares bytes.
  const steady = text.replace(/^(Date|ETag|Last-Modified): .*\r\n/gm, '');
  const end = steady.indexOf('\r\n') + 2;
  check(getTcpInfo(client, info), 'getsockopt');
  const before = info.dataSegmentsOut;
  const taken = reply(client, { status: steady.slice(0, end), fields: steady.slice(end), file });
  check(getTcpInfo(client, info), 'getsockopt');
  tell(client, info.dataSegmentsOut - before);
  if (file !== undefined) close(file.fd);
  return taken;
}
// #endregion answer

function tell(client: number, segments: number): void {
  const nagle = getsockopt(client, IPPROTO_TCP, TCP_NODELAY) === 0 ? ', Nagle on' : '';
  const count = `${segments} ${segments === 1 ? 'segment' : 'segments'}`;
  console.log(`${head.target}: ${count}, ${info.unsent} bytes held back${nagle}`);
}

/** Serves a connection to its end. */
function serve(client: number, site: Site): void {
  let unread: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = takeHead(unread, 0, unread.length, head);
    if (end >= 0) {
      unread = unread.subarray(end);
      if (!answer(client, site) || head.last) return;
    } else {
      const count = read(client, input, 0, CHUNK);
      if (count <= 0) return;
      unread = Buffer.concat([unread, input.bytes.subarray(0, count)]);
    }
  }
}

/** Opens the directory that is served. What stands in the way ends the process with one line. */
function openRoot(path: string): number {
  try {
    return check(openat(AT_FDCWD, Buffer.from(path), O_PATH | O_CLOEXEC), 'open', path);
  } catch (error) {
    cannotListen(NAME, error);
  }
}

const files = new Site(openRoot(options.files), walkBeneath);
const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4');
  serve(client, files);
  close(client);
}
