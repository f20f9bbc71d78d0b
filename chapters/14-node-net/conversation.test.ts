/** Conversations on a stream whose reader is slow: what Node has been given and the kernel has not taken is not lost. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import test from 'ava';
import { LINGER } from '../../lib/service/limits.ts';
import { Conversation } from './conversation.ts';

test('the time that a client has left begins when the kernel has taken the last answer', async (t) => {
  const held: (() => void)[] = [];
  let written = '';
  const stream = new Duplex({
    allowHalfOpen: true,
    read() {},
    write(chunk, _, taken) {
      written += chunk;
      held.push(taken);
    },
  });
  new Conversation(stream as Socket);
  stream.push('GET /ping HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, LINGER + 300));
  t.true(written.endsWith('PONG\n'));
  t.false(stream.destroyed, 'the reader is slow, and has not gone');
  held.shift()!();
  await new Promise((resolve) => setTimeout(resolve, LINGER / 2));
  t.true(stream.writableFinished);
  t.false(stream.destroyed, 'it may read what has come');
  await new Promise((resolve) => setTimeout(resolve, LINGER));
  t.true(stream.destroyed, 'it has not ended its side');
});
