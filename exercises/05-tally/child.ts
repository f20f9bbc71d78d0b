/** One child: it serves one client at a time, as that of chapter 05, and has your Tally count them. */

import { endWithParent, FIRST_INHERITED } from '../../lib/program/child.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Face, HEADROOM, Session } from '../../lib/service/session.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory, sharedCounters } from '../../lib/sys/memory.ts';
import { nanosleep } from '../../lib/sys/process.ts';
import { answer } from '../check/answer.ts';
import { loadInside } from '../check/inside.ts';

// server.ts hands over three descriptors, in this order.
const LISTENER = FIRST_INHERITED;
const COUNTERS = FIRST_INHERITED + 1;
const RUSH = FIRST_INHERITED + 2;
const [READY, DONE] = [0, 1];
const [path = '', bundle = '', ...numbers] = process.argv.slice(2);
const [slot = 0, children = 1, rush = 0, bytes = 0] = numbers.map(Number);

endWithParent();
const { Tally } = await loadInside<typeof import('./starter.ts')>(path, bundle);
const tally = new Tally(sharedCounters(COUNTERS, 2 * children), slot);
const input = Memory.allocate(HEADROOM + CHUNK);

// #region rush
// The first child counts without a pause, until all others have come in between so often, at whatever moment.
if (rush > 0) {
  const told = sharedCounters(RUSH, 2);
  let counted = 0;
  const count = (): void => {
    for (let i = 0; i < 100; i++) tally.connection(() => bytes);
    counted += 100;
  };
  Atomics.add(told, READY, 1n);
  while (Atomics.load(told, READY) < BigInt(children)) {}
  if (slot === 0) while (Atomics.load(told, DONE) < BigInt(children - 1)) count();
  else {
    for (let i = 0; i < rush; i++) {
      nanosleep(1);
      count();
    }
    Atomics.add(told, DONE, 1n);
  }
  console.log(`child ${slot} has counted ${counted} connections of ${bytes} bytes`);
}
// #endregion rush

/** Serves a connection. @returns how many bytes its client has sent */
function serve(fd: number): number {
  const session = new Session();
  session.reset(Face.Unknown);
  for (let sent = 0; ; ) {
    if (answer(fd, session) < 0) return sent;
    const count = read(fd, input, HEADROOM, CHUNK);
    if (count < 0) return sent;
    sent += count;
    if (count === 0) session.finish();
    else session.feed(input.bytes, HEADROOM, HEADROOM + count);
  }
}

// #region loop
for (;;) {
  const client = check(acceptBlocking(LISTENER), 'accept4');
  tally.connection(() => serve(client));
  close(client);
}
// #endregion loop
