/** Traces are read while they are written. */

import { appendFileSync, readlinkSync } from 'node:fs';
import test from 'ava';
import { openDescriptors } from '../sys/fixtures/resources.ts';
import { traces } from './traced.ts';

const traceOf = traces(test);

test('half of a line is not there yet; it is when the other half is', async (t) => {
  const traced = await traceOf('chapters/01-iterative/server.ts');
  const { pid } = traced.server;
  const links = openDescriptors(pid).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const file = links.find((path) => path.endsWith('trace.jsonl'))!;
  appendFileSync(file, '{"time":1,"pid":1,');
  t.deepEqual(traced.calls(), []);
  traced.forget();
  appendFileSync(file, '"thread":0,"call":"write","fd":1,"result":1,"duration":1}\n');
  t.is(traced.calls('write').length, 1);
});
