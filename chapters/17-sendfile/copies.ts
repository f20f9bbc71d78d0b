/** Who has a copy: a file is sent, changed before the client reads, and the client says which of the two it got. */

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { toolCommand } from '../../lib/program/tool.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import {
  accept4,
  connect,
  getsockname,
  openListener,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  socket,
} from '../../lib/sys/socket.ts';
import { ways } from './ways.ts';

/** Some pages of the page cache; the socket takes them at once. */
const LENGTH = 16_384;

const { directory } = toolCommand('copies', 'show which ways of sending a file copy its bytes')
  .option('--directory <path>', 'where the file is made for it', '.')
  .parse()
  .opts<{ directory: string }>();

const listener = openListener({ host: '127.0.0.1', port: 0 });

/** A connection: the client's end and the server's. */
function connected(): [number, number] {
  const client = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
  check(connect(client, getsockname(listener)), 'connect');
  return [client, check(accept4(listener, SOCK_CLOEXEC), 'accept4')];
}

/** Sends a file of As, has it changed to Bs, and reads. @returns what the client got, each letter once */
function send(path: string, begin: (typeof ways)['read']): string {
  const memory = Memory.allocate(LENGTH);
  const [client, server] = connected();
  writeFileSync(path, 'A'.repeat(LENGTH));
  const file = openSync(path, 'r+');
  // #region change
  const way = begin(server, file);
  for (let sent = 0; sent < LENGTH; ) sent += check(way.send(sent, LENGTH - sent), 'send');
  writeSync(file, 'B'.repeat(LENGTH), 0);
  for (let got = 0; got < LENGTH; ) got += check(read(client, memory, got, LENGTH - got), 'read');
  // #endregion change
  way.end();
  for (const fd of [client, server]) close(fd);
  closeSync(file);
  return [...new Set(memory.bytes.toString('latin1'))].join('');
}

let folder: string;
try {
  folder = mkdtempSync(join(directory, 'copies-'));
} catch (error) {
  console.error(`copies: ${(error as Error).message}`);
  process.exit(1);
}
try {
  console.log('A file of As is sent. When the call has returned, it is changed to Bs; then the client reads, and gets');
  for (const [name, begin] of Object.entries(ways)) {
    const got = send(join(folder, 'file'), begin);
    console.log(`  --with ${name.padEnd(8)}  ${got}s: ${got === 'A' ? 'the bytes were copied' : 'they were not'}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
