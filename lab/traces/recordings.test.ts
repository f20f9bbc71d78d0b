/** The committed recordings: each is of its chapter, whole, and shows what the chapter says of itself. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type Blocks, readChapters } from '../../chapters/chapters.ts';
import { format } from './format.ts';
import type { Call, RecordedClient, Recording } from './recording.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SERVES: readonly string[] = ['read', 'write', 'recv', 'send', 'nanosleep'];

/** The difficult clients: what each blocks, the one who asks meanwhile, and when it is no longer difficult. */
const difficult = [
  { trait: 'slowSender', place: 0, over: ({ sent }: RecordedClient) => sent.at(-1)![0] },
  { trait: 'wait', place: 2, over: ({ answered }: RecordedClient) => answered },
  { trait: 'slowReader', place: 4, over: ({ reads }: RecordedClient) => reads! },
] as const;

/** The calls that serve one of the first clients, with the thread that made each. */
function serving({ workers, requests }: Recording, place: number): { call: Call; worker: number }[] {
  const all = workers.flatMap(({ calls }, worker) => calls.map((call) => ({ call, worker })));
  return [...all, ...(requests ?? []).map((call) => ({ call, worker: 0 }))].filter(
    ({ call: [, , name, client] }) => client === place && SERVES.includes(name),
  );
}

for (const { name, traits } of readChapters(ROOT)) {
  const file = `${ROOT}chapters/${name}/recording.json`;
  if (traits === undefined) {
    test(`${name} has no server, and no recording`, (t) => t.false(existsSync(file)));
    continue;
  }
  const text = readFileSync(file, 'utf8');
  const recording = JSON.parse(text) as Recording;
  const { clients, workers, duration } = recording;

  test(`${name}: the recording is its own, and whole`, (t) => {
    t.is(recording.version, 1);
    t.is(recording.chapter, name);
    t.regex(recording.machine, /^\d+ × .+, \d+ GiB, Linux .+, Node \d+/);
    t.regex(recording.date, /^\d{4}-\d\d-\d\d$/);
    t.is(format(recording), text);
    t.true(text.length < 12_000, `${text.length} bytes`);
    t.deepEqual(
      clients.map((client) => client.name),
      ['A', 'PING 1', 'B', 'PING 2', 'C', 'PING 3'],
    );
    for (const [place, { connected, sent, answered, left }] of clients.entries()) {
      const times = [connected, ...sent.map(([time]) => time), answered, left, duration];
      t.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      t.true(serving(recording, place).length >= 3, 'it was read, answered, and read to its end');
    }
    for (const { calls } of [...workers, { calls: recording.requests ?? [] }]) {
      let last = 0;
      for (const [began, took] of calls) {
        t.true(began >= last && took >= 0 && began + took <= duration);
        last = began;
      }
    }
  });

  for (const { trait, place, over } of difficult) {
    const blocks: Blocks = traits[trait];
    test(`${name}: what the recording shows of ${trait} is what the chapter says: ${blocks}`, (t) => {
      const [one, ping] = [clients[place]!, clients[place + 1]!];
      const end = over(one);
      t.true(ping.connected < end, 'it asks while the other is difficult');
      t.is(
        ping.answered > end,
        blocks === 'everyone',
        `${ping.name}: ${ping.answered} µs, and it was over at ${end} µs`,
      );
      const during = (who: number): Set<number> => {
        const calls = serving(recording, who).filter(({ call: [began, took] }) => began + took > one.connected);
        return new Set(calls.filter(({ call: [began] }) => began < end).map(({ worker }) => worker));
      };
      const [its, others] = [during(place), [0, 1, 2, 3, 4, 5].filter((who) => who !== place)];
      const shared = others.some((who) => [...during(who)].some((worker) => its.has(worker)));
      if (blocks === 'worker') t.false(shared, 'its thread serves nobody else meanwhile');
      if (blocks === 'nobody' && traits.connection === 'nothing' && workers.length === 1)
        t.true(shared, 'the same thread serves others meanwhile');
    });
  }
}
