/** The recorder, on real servers: one for each way to see their calls. */

import test from 'ava';
import { refused } from '../../lib/sys/ring.ts';
import { record } from './run.ts';

const why = refused();
if (why !== undefined) console.error(`NOT TESTED: recording 13-io-uring, for ${why}`);
const chapters = ['06-descriptor-passing', ...(why === undefined ? ['13-io-uring'] : []), '14-node-net'];

for (const chapter of chapters) {
  test.serial(`${chapter} is recorded, with each client's bytes and answers`, async (t) => {
    const recording = await record(chapter);
    const { clients, workers, requests } = recording;
    t.is(recording.chapter, chapter);
    t.deepEqual(
      clients.map(({ name, sent }) => `${name} ${sent.map(([, bytes]) => bytes).join(' ')}`),
      ['A 7 3', 'PING 1 5', 'B 9', 'PING 2 5', 'C 15', 'PING 3 5'],
    );
    const answers = [5, 5, 5, 5, 5_000_005, 5];
    const calls = [...workers.flatMap((worker) => worker.calls), ...(requests ?? [])];
    for (const [place, { name }] of clients.entries()) {
      const written = calls
        .filter(([, , call, client, result]) => /^(write|send)$/.test(call) && client === place && result > 0)
        .reduce((sum, [, , , , result]) => sum + result, 0);
      t.is(written, answers[place]!, name);
    }
    if (chapter === '06-descriptor-passing')
      t.deepEqual(
        workers.map(({ name }) => name),
        ['parent', 'child 1', 'child 2', 'child 3', 'child 4'],
        'who sleeps all the time is there, too',
      );
  });
}
