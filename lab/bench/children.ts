/** What a child of the prefork chapter costs: the time until it answers, and the memory in which it sleeps. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { compile } from '../../lib/program/bundle.ts';
import { PARENT } from '../../lib/program/child.ts';
import { startChild } from '../../lib/program/launch.ts';
import { close } from '../../lib/sys/io.ts';
import { memfd } from '../../lib/sys/memory.ts';
import { getsockname, openListener } from '../../lib/sys/socket.ts';
import { machine, markdown, median, save } from './table.ts';

const ENTRY = new URL('../../chapters/05-prefork/child.ts', import.meta.url);
const ROUNDS = 9;

/** Starts the child as the chapter does, or from TypeScript by way of tsx. */
const ways: Record<string, (descriptors: number[]) => ChildProcess> = {
  'compiled once': (descriptors) => startChild(ENTRY, ['0', '1'], descriptors),
  'through tsx': (descriptors) =>
    spawn(process.execPath, ['--import', 'tsx', fileURLToPath(ENTRY), '0', '1'], {
      stdio: ['ignore', 'inherit', 'inherit', ...descriptors],
      env: { ...process.env, [PARENT]: String(process.pid) },
    }),
};

/** A field of /proc/PID/smaps_rollup, in MiB. */
function mebibytes(pid: number, field: 'Rss' | 'Pss'): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]) / 1024;
}

/** Starts a child, and times it until it has answered a PING; it is left running. */
async function start(way: string): Promise<{ child: ChildProcess; milliseconds: number }> {
  const listener = openListener({ host: '127.0.0.1', port: 0 });
  const counters = memfd(8);
  const address = getsockname(listener);
  const client = connect('port' in address ? address : { port: 0 });
  await once(client, 'connect'); // it waits in the backlog before there is anybody to accept it
  const began = performance.now();
  const child = ways[way]!([listener, counters]);
  client.write('PING\n');
  await once(client, 'data');
  const milliseconds = performance.now() - began;
  client.destroy();
  close(listener);
  close(counters);
  return { child, milliseconds };
}

/** How long Node itself takes for a program that does nothing, from its start to its end. */
async function empty(): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, ['--eval', '0']), 'exit');
  return performance.now() - began;
}

const names = Object.keys(ways);
compile(ENTRY); // once, as the chapter's parent does
const times = new Map(names.map((name) => [name, [] as number[]]));
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  bare.push(await empty());
  for (const name of names) {
    const { child, milliseconds } = await start(name);
    times.get(name)!.push(milliseconds);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

const asleep: ChildProcess[] = [];
for (let i = 0; i < 4; i++) asleep.push((await start('compiled once')).child);
const memory = (field: 'Rss' | 'Pss'): string =>
  `${median(asleep.map(({ pid }) => mebibytes(pid!, field))).toFixed(1)} MiB`;
const [rss, pss] = [memory('Rss'), memory('Pss')];
for (const child of asleep) child.kill('SIGKILL');

const ms = (values: readonly number[]): string => `${Math.round(median(values))} ms`;
save(
  'children',
  markdown([
    ['a child', ...names, 'an empty Node program'],
    ['from its start to its first answer', ...names.map((name) => ms(times.get(name)!)), `${ms(bare)}, to its end`],
    ['resident memory (RSS), one of four', rss, '', ''],
    ['its share of it (PSS)', pss, '', ''],
  ]),
  `${machine}; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/children.ts\``,
);
