/** That the hot path allocates nothing: millions of PINGs, and no garbage to collect. It has its process to itself. */

import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { Output } from './output.ts';
import { Face, HEADROOM, MIN_OUTPUT, Session, Step } from './session.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Rounds before measuring: the code is compiled meanwhile, and that does allocate. */
const WARM_UP = 200_000;
/** Rounds measured. The smallest object has 16 bytes: one each would come to 32 MB, and new space has 16 at most. */
const ROUNDS = 2_000_000;

/** What so many rounds of some work leave to the garbage collector. */
function garbage(work: (rounds: number) => void): { collections: number; bytesPerRound: number } {
  work(WARM_UP);
  collect();
  const profiler = new GCProfiler();
  profiler.start();
  const before = getHeapStatistics().used_heap_size;
  work(ROUNDS);
  const after = getHeapStatistics().used_heap_size;
  const collections = profiler.stop().statistics.length;
  return { collections, bytesPerRound: Math.round((after - before) / ROUNDS) };
}

/** Serves a request again and again, as a carrier does: bytes in, one step, answer out. */
function serving(request: string, answer: string): (rounds: number) => void {
  const session = new Session();
  const output = new Output(Buffer.alloc(MIN_OUTPUT));
  const input = Buffer.alloc(HEADROOM + request.length);
  const start = HEADROOM;
  const end = start + input.write(request, start, 'latin1');
  session.reset(Face.Unknown);
  return (rounds) => {
    for (let round = 0; round < rounds; round++) {
      session.feed(input, start, end);
      if (session.next(output) !== Step.Read || output.length !== answer.length) throw new Error('not answered');
      output.wrote(output.length);
      session.reset(session.face); // as the non-blocking carrier does, whose connections share a session
    }
  };
}

let held: object = {};

test('the gauge sees a single small object for each round', (t) => {
  const { collections, bytesPerRound } = garbage((rounds) => {
    for (let round = 0; round < rounds; round++) held = { round };
  });
  t.truthy(held);
  t.true(collections > 0 || bytesPerRound > 0);
});

test('a PING of the line face leaves no garbage', (t) => {
  t.deepEqual(garbage(serving('PING\n', 'PONG\n')), { collections: 0, bytesPerRound: 0 });
});

test('pipelined PINGs leave no garbage', (t) => {
  const work = serving('PING\n'.repeat(50), 'PONG\n'.repeat(50));
  t.deepEqual(
    garbage((rounds) => work(rounds / 50)),
    { collections: 0, bytesPerRound: 0 },
  );
});

test('a GET of /ping that is like the one before leaves no garbage', (t) => {
  const request = 'GET /ping HTTP/1.1\r\nHost: 127.0.0.1:8090\r\nConnection: keep-alive\r\n\r\n';
  const answer = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nPONG\n';
  t.deepEqual(garbage(serving(request, answer)), { collections: 0, bytesPerRound: 0 });
});
