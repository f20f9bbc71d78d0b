/** The io_uring server, with all that goes through its rings written down: no call of its own is made for that. */

import { appendFileSync } from 'node:fs';
import { Ring } from '../../lib/sys/ring.ts';
import * as io from '../../lib/sys/uring.ts';

/** A request, until it is over. */
interface Asked {
  readonly call: string;
  readonly fd: number;
  time: number;
  length: number;
}

const NAMES: Readonly<Record<number, string>> = {
  [io.IORING_OP_ACCEPT]: 'accept',
  [io.IORING_OP_RECV]: 'recv',
  [io.IORING_OP_SEND]: 'send',
  [io.IORING_OP_POLL_ADD]: 'poll',
  [io.IORING_OP_TIMEOUT]: 'timeout',
  [io.IORING_OP_SHUTDOWN]: 'shutdown',
  [io.IORING_OP_CLOSE]: 'close',
};
const trace = process.argv[process.argv.indexOf('--trace') + 1]!;
/** By user data. */
const asked = new Map<string, Asked>();
/** Requests that leave no completion unless they fail: they are done when they have been submitted. */
let silent: Asked[] = [];
let last: Asked | undefined;

const now = (): number => Number(process.hrtime.bigint()) / 1000;
const key = (subject: number, kind: number): string => `${subject} ${kind}`;

function done({ call, fd, time }: Asked, result: number): void {
  appendFileSync(`${trace}.requests`, `${JSON.stringify({ time, call, fd, result, duration: now() - time })}\n`);
}

const { prepare, lengthen, enter, submit, next } = Ring.prototype;

Ring.prototype.prepare = function (...words) {
  const [operation, fd, , length, , subject, kind] = words;
  prepare.apply(this, words);
  last = { call: NAMES[operation & 0xff] ?? 'other', fd, time: now(), length };
  // A timeout is about no descriptor; its subject is.
  if (fd < 0) last = { ...last, fd: subject };
  if ((operation >> 8) & io.IOSQE_CQE_SKIP_SUCCESS) silent.push(last);
  else asked.set(key(subject, kind), last);
};

Ring.prototype.lengthen = function (length) {
  lengthen.call(this, length);
  last!.length += length;
};

Ring.prototype.enter = function (wait) {
  const began = now();
  enter.call(this, wait);
  submitted(began);
};

Ring.prototype.submit = function () {
  const began = now();
  submit.call(this);
  submitted(began);
};

/** What leaves no completion was done at once, before the call went to sleep: as long as it took cannot be seen. */
function submitted(began: number): void {
  for (const request of silent) {
    const { call, fd, time, length } = request;
    const duration = Math.max(0, began - time);
    const result = call === 'send' ? length : 0;
    appendFileSync(`${trace}.requests`, `${JSON.stringify({ time, call, fd, result, duration })}\n`);
  }
  silent = [];
}

Ring.prototype.next = function () {
  const there = next.call(this);
  const request = there ? asked.get(key(this.subject, this.kind)) : undefined;
  if (request !== undefined) {
    done(request, this.result);
    // A request that goes on is asked anew, as it were.
    if (this.flags & io.IORING_CQE_F_MORE) request.time = now();
    else asked.delete(key(this.subject, this.kind));
  }
  return there;
};

await import('../../chapters/13-io-uring/server.ts');
