/** The charts' figures are those of the race's file; what is no such file is refused in words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Entry, Race } from '../../lab/race/results.ts';
import { root } from '../root.ts';
import {
  calls,
  countedSizes,
  latency,
  memory,
  NoRace,
  processorTime,
  readRace,
  roleOf,
  sourceOf,
  workers,
} from './figures.ts';

const text = readFileSync(join(root, 'lab/bench/race.json'), 'utf8');
const race = readRace(text);

const median = { requests: 1, seconds: 1, rate: 1, p50: 10, p99: 40, user: 2, system: 3, voluntary: 0, involuntary: 0 };
const sizes = { threads: 1, processes: 1, rss: 1, pss: 1, bytesPerConnection: 52 };
const entry = (racer: string, connections: number, more: Partial<Entry> = {}): Entry => ({
  racer,
  options: [],
  scenario: 'ping',
  load: { asking: { connections, command: 'PING' } },
  measurements: [{ ...median, ...sizes }],
  median: { ...median, ...sizes },
  ...more,
});
const made = (...entries: Entry[]): Race => ({ ...race, racers: ['a', 'b', 'c'], entries });

test('a curve has the points that its racer has borne, the fewest connections first', (t) => {
  const ended = entry('a', 1000, { end: { served: 1, said: 'no more', failure: false } });
  const all = latency(made(entry('a', 100), entry('a', 1), ended, entry('b', 1)));
  t.deepEqual(all, [
    {
      racer: 'a',
      points: [
        { connections: 1, low: 10, high: 40 },
        { connections: 100, low: 10, high: 40 },
      ],
    },
    { racer: 'b', points: [{ connections: 1, low: 10, high: 40 }] },
  ]);
  t.deepEqual(processorTime(made(entry('b', 1))), [{ racer: 'b', points: [{ connections: 1, low: 5, high: 5 }] }]);
});

test('memory is what the most connections added; or their workers, where each has one; of one alone nothing is said', (t) => {
  const shrunk = { ...median, ...sizes, bytesPerConnection: -3 };
  const workers = { ...median, ...sizes, threads: 101, pss: 991 };
  const racers = [entry('a', 10), entry('a', 1000), entry('b', 1), entry('b', 100, { median: workers }), entry('c', 1)];
  t.deepEqual(memory(made(...racers)), [
    { racer: 'a', value: 52, connections: 1000 },
    { racer: 'b', value: 10, connections: 100 },
  ]);
  t.deepEqual(memory(made(entry('a', 100, { median: shrunk }))), [{ racer: 'a', value: 0, connections: 100 }]);
});

test('calls stand one behind the other, those that wait first', (t) => {
  const counted = (perRequest: Record<string, number>): Partial<Entry> => ({ calls: { by: 'trace', perRequest } });
  const all = made(
    entry('a', 1, counted({ write: 1, epoll_ctl: 0.001, read: 1.5, epoll_wait: 0.25 })),
    entry('b', 100),
  );
  t.deepEqual(calls(all, 1), [
    { racer: 'a', call: 'epoll_wait', count: 0.25, role: 'waits', before: 0 },
    { racer: 'a', call: 'read', count: 1.5, role: 'reads', before: 0.25 },
    { racer: 'a', call: 'write', count: 1, role: 'writes', before: 1.75 },
  ]);
  t.deepEqual(countedSizes(all), [1]);
  t.deepEqual(['recvmsg', 'sendto', 'select', 'io_uring_enter', 'close'].map(roleOf), [
    'reads',
    'writes',
    'waits',
    'waits',
    'other',
  ]);
});

test('a worker stands against its fair part; who is alone is not shown', (t) => {
  const accepted = (...list: number[]): Partial<Entry> => ({ measurements: [{ ...median, ...sizes, accepted: list }] });
  t.deepEqual(workers(made(entry('a', 4, accepted(3, 1)), entry('b', 4, accepted(4)))), [
    { racer: 'a', connections: 3, share: 1.5 },
    { racer: 'a', connections: 1, share: 0.5 },
  ]);
});

test('every racer of the committed race is in its charts, which name the machine', (t) => {
  const shown = latency(race).map(({ racer }) => racer);
  const borne = race.entries.filter(({ scenario, end }) => scenario === 'ping' && end === undefined);
  t.deepEqual(
    shown,
    [...new Set(borne.map(({ racer }) => racer))].sort((a, b) => race.racers.indexOf(a) - race.racers.indexOf(b)),
  );
  t.true(sourceOf(race).includes(race.provenance.machine.model));
  t.true(sourceOf(race).includes(race.provenance.command));
});

const refused: Record<string, [content: string, says: RegExp]> = {
  'no JSON': ['racers', /no JSON/],
  'other JSON': ['[1]', /not of a race/],
  'nothing at all': ['null', /not of a race/],
  'a later format': [JSON.stringify({ ...race, format: 2 }), /format is 2/],
  'no machine': [JSON.stringify({ ...race, provenance: {} }), /names no machine/],
  'an entry without a load': [
    JSON.stringify({ ...race, entries: [{ ...race.entries[0], load: {} }] }),
    /no connections/,
  ],
  'no date': [JSON.stringify({ ...race, provenance: { ...race.provenance, date: undefined } }), /where it is from/],
  'no racers': [JSON.stringify({ ...race, racers: undefined }), /names no racers/],
  'measurements without medians': [
    JSON.stringify({ ...race, entries: [{ ...race.entries[0], median: undefined }] }),
    /medians are not whole/,
  ],
  'calls that are words': [
    JSON.stringify({ ...race, entries: [{ ...race.entries[0], calls: { by: 'trace', perRequest: { read: 'one' } } }] }),
    /calls are no numbers/,
  ],
  'workers without a number': [
    JSON.stringify({ ...race, entries: [{ ...race.entries[0], measurements: [{ accepted: 4 }] }] }),
    /workers are no numbers/,
  ],
  'medians that are cut': [
    JSON.stringify({ ...race, entries: [{ ...race.entries[0], median: { p50: 1 } }] }),
    /medians are not whole/,
  ],
};
for (const [name, [content, says]] of Object.entries(refused)) {
  test(`a file that is refused: ${name}`, (t) => {
    const error = t.throws(() => readRace(content), { instanceOf: NoRace });
    t.regex(error?.message ?? '', says);
  });
}
