/** The limit of descriptors and the processors of a process, as the kernel and other programs see them. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { EINVAL } from './errors.ts';
import { getAffinity, getDescriptorLimit, setAffinity, setDescriptorLimit } from './resources.ts';

/** As the kernel has them. */
function limits(): string[] {
  return /^Max open files +(\S+) +(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))!.slice(1);
}

test('the limit of descriptors is read, lowered, raised again, and inherited', (t) => {
  const { soft, hard } = getDescriptorLimit();
  t.deepEqual(limits(), [`${soft}`, `${hard}`]);
  t.is(setDescriptorLimit({ soft: 1000, hard }), 0);
  t.deepEqual(limits(), ['1000', `${hard}`]);
  t.is(spawnSync('sh', ['-c', 'ulimit -Sn'], { encoding: 'utf8' }).stdout, '1000\n');
  t.is(setDescriptorLimit({ soft: 1001, hard: 1000 }), -EINVAL);
  t.is(setDescriptorLimit({ soft, hard }), 0);
  t.deepEqual(getDescriptorLimit(), { soft, hard });
});

test('a thread is bound to processors, and what it starts is too', (t) => {
  const all = getAffinity();
  const own = (): string => /^Cpus_allowed_list:\s+(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]!;
  const before = own();
  const last = all.at(-1)!;
  t.is(setAffinity([last]), 0);
  t.deepEqual(getAffinity(), [last]);
  t.is(own(), `${last}`);
  const script = "require('fs').readFileSync('/proc/self/status', 'latin1').match(/Cpus_allowed_list:\\s+(.*)/)[1]";
  t.is(spawnSync(process.execPath, ['-p', script], { encoding: 'utf8' }).stdout, `${last}\n`);
  t.is(setAffinity([1023]), -EINVAL);
  t.is(setAffinity([]), -EINVAL);
  t.is(setAffinity(all), 0);
  t.is(own(), before);
});
