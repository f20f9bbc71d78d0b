/** What it costs to hand a system call its bytes: as an address that was computed once, or as a Buffer. */

import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { Memory } from '../../lib/sys/memory.ts';
import { machine, markdown, median, save } from './table.ts';

const [CALLS, ROUNDS, WARM_UP] = [500_000, 15, 3];

const library = koffi.load(null);
const memory = Memory.allocate(64);
const out = openSync('/dev/null', 'w');

/** write(2), its pointer declared in two ways, each in a loop of its own. */
const byAddress = library.func('write', 'long', ['int', 'uintptr_t', 'size_t']);
const byBuffer = library.func('write', 'long', ['int', 'void *', 'size_t']);
const loops: Record<string, () => void> = {
  'an address, as a number': () => {
    for (let i = 0; i < CALLS; i++) byAddress(out, memory.address, 5);
  },
  'a `Buffer`': () => {
    for (let i = 0; i < CALLS; i++) byBuffer(out, memory.bytes, 5);
  },
};

const times = Object.values(loops).map((): number[] => []);
for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const [i, loop] of Object.values(loops).entries()) {
    const before = process.cpuUsage();
    loop();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times[i]!.push(((user + system) * 1000) / CALLS);
  }
}
closeSync(out);

const row = times.map((each) => `${Math.round(median(each))} ns`);
save(
  'pointers',
  markdown([
    ['processor time per call, its bytes given as', ...Object.keys(loops)],
    ['`write` of 5 bytes to /dev/null', ...row],
  ]),
  `${machine}; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/pointers.ts\``,
);
