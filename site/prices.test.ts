/** The ladder's prices: which of the race's figures they are, and what is said where there is none. */
import test from 'ava';
import { readChapters } from '../chapters/chapters.ts';
import type { Entry, Race } from '../lab/race/results.ts';
import { pricesOf, readPrices } from './prices.ts';
import { root } from './root.ts';

type Medians = NonNullable<Entry['median']>;

/** An entry of which the prices see all that there is. */
function entry(
  racer: string,
  connections: number,
  rest: Pick<Entry, 'end'> | Partial<Medians>,
  scenario = 'ping',
): Entry {
  const load = { asking: { connections, command: 'PING' } };
  const given = { racer, options: [], scenario, load, measurements: [{}] as unknown as Entry['measurements'] };
  return 'end' in rest ? { ...given, ...rest } : { ...given, median: { threads: 12, ...rest } as Medians };
}

const end = (served?: number): Pick<Entry, 'end'> => ({
  end: { said: 'no', failure: false, ...(served === undefined ? {} : { served }) },
});

const race: Race = {
  format: 1,
  provenance: {
    command: 'npx lab race',
    date: '2026-01-01T00:00:00.000Z',
    machine: { processors: 2, model: 'Z80', memory: 2 ** 31, kernel: '6.1', node: '20.1.2', descriptors: 1024 },
  },
  rounds: 1,
  duration: 1000,
  reference: 'loop',
  racers: ['one', 'loop', 'pool', 'even', 'large', 'absent'],
  scenarios: [],
  entries: [
    entry('one', 1, { user: 9, system: 9, bytesPerConnection: 9000 }),
    entry('one', 100, end(1)),
    entry('loop', 1, { user: 20, system: 10, bytesPerConnection: 9000 }),
    entry('loop', 100, { user: 1, system: 6.5, bytesPerConnection: 2000 }),
    entry('loop', 1000, end(999)),
    entry('loop', 1000, { user: 9, system: 9, bytesPerConnection: 800 }),
    entry('loop', 100, { user: 50, system: 50, bytesPerConnection: 50 }, 'mixed'),
    entry('pool', 1, { user: 1, system: 1, bytesPerConnection: 5, threads: 13, pss: 60e6 }),
    entry('pool', 100, { user: 30, system: 30, bytesPerConnection: 5, threads: 112, pss: 951e6 }),
    entry('pool', 1000, end(256)),
    entry('even', 100, { user: 1, system: 1, bytesPerConnection: -15 }),
    entry('large', 100, end()),
  ],
};

test('a PING is priced at a hundred connections, memory where the most were; a word stands for what there is not', (t) => {
  t.deepEqual(pricesOf(race), {
    connections: 100,
    of: {
      one: { ping: 'serves 1', memory: 'serves 1' },
      loop: { ping: '7.50 µs', memory: '800 B' },
      pool: { ping: '60.0 µs', memory: '9.00 MB' },
      even: { ping: '2.00 µs', memory: 'none seen' },
      large: { ping: 'not tried', memory: 'not tried' },
      absent: { ping: 'not measured', memory: 'not measured' },
    },
    source: '2 × Z80, 2 GiB, Linux 6.1, Node 20.1.2; npx lab race, 2026-01-01; one round',
    command: 'npx lab race',
  });
});

test('a short race has no such crowd: its largest is taken', (t) => {
  const { connections, of } = pricesOf({
    ...race,
    entries: [entry('loop', 10, { user: 1, system: 2, bytesPerConnection: 4096 })],
  });
  t.is(connections, 10);
  t.deepEqual(of.loop, { ping: '3.00 µs', memory: '4.10 kB' });
});

test('the race that the texts show has a price or a word for each chapter with a server', (t) => {
  const { of } = readPrices(root);
  for (const { name } of readChapters(root).filter(({ traits }) => traits !== undefined)) {
    t.regex(of[name]?.ping ?? '', /^[\d.]+ [µm]?s$|^serves \d+$/, name);
    t.regex(of[name]?.memory ?? '', /^[\d.]+ [kM]?B$|^serves \d+$|^none seen$/, name);
  }
});
