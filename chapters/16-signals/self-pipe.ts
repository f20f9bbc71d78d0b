/** The self-pipe: the handler writes into a pipe, and select waits for its other end. */

import { check } from '../../lib/sys/errors.ts';
import { O_CLOEXEC, O_NONBLOCK, pipe2, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { FdSet, select } from '../../lib/sys/select.ts';
import { choices, onSignalWrite, say, told, window } from './window.ts';

const chosen = choices('self-pipe', 'have select wait for what the handler of a signal writes into a pipe');
console.log('A handler writes into a pipe. This program sleeps in select until there is something to read in it.\n');

// #region self-pipe
const pair = Memory.allocate(8);
check(pipe2(pair, O_NONBLOCK | O_CLOEXEC), 'pipe2');
const [reading, writing] = [pair.bytes.readInt32LE(0), pair.bytes.readInt32LE(4)];
onSignalWrite(writing);
const readable = new FdSet();
readable.set(reading);

window(chosen);
say('select', told(select(reading + 1, readable, null, chosen.patience)));
say('read', `${read(reading, pair, 0, 8)} bytes`);
// #endregion self-pipe
