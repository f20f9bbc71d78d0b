/** From what `perf script` prints, stacks of addresses with their symbols, to trees of frames. */

import { basename } from 'node:path';
import { add, type Frame, frame, fromProgram, type Place } from './frames.ts';
import type { Sources } from './names.ts';

/** What processes are called, by their pids: '' for the first, `process 4711, child.ts` for others. */
export type Names = ReadonlyMap<number, string>;

/** What V8 calls a function in the file for perf: kind and tier, name, script, line and column from 1. */
const JAVASCRIPT = /^(?:JS|LazyCompile|Function|Eval|Script):[~^+*]?(.*?) ?((?:file:|node:|\/)\S*|\S*):(\d+):(\d+)$/;

/** A stack, as perf has it. */
interface Sample {
  readonly pid: number;
  readonly tid: number;
  /** The outermost first. */
  readonly stack: readonly Place[];
  /** Where the project's code in it begins; undefined where there is none. */
  readonly entry: Place | undefined;
}

/**
 * Makes a tree for each thread that ran the project's code, and one for all other threads of a process.
 *
 * @param script printed by `perf script -F pid,tid,ip,sym,dso`
 * @param time how much processor time each sample stands for, in microseconds
 */
export function perfTrees(script: string, time: number, sources: Sources, names: Names): Frame[] {
  const samples = [...read(script, sources)];
  const entries = new Map<number, Place>();
  for (const { tid, entry } of samples) if (entry !== undefined && !entries.has(tid)) entries.set(tid, entry);
  const trees = new Map<string, Frame>();
  for (const { pid, tid, stack } of samples) {
    const name = nameOf(pid, tid, entries.get(tid), names);
    const tree = trees.get(name) ?? frame({ name, at: '', kind: 'program' });
    trees.set(name, tree);
    add(tree, stack, time);
  }
  return [...trees.values()].sort((a, b) => b.value - a.value);
}

function nameOf(pid: number, tid: number, entry: Place | undefined, names: Names): string {
  const own = names.get(pid) ?? `process ${pid}`;
  if (pid === tid) return own || 'main thread';
  const comma = own === '' ? '' : ', ';
  if (entry === undefined) return `${own}${comma}Node's own threads`;
  return `${own}${comma}thread ${tid}, ${basename(entry.at).replace(/:\d+$/, '') || entry.name}`;
}

/** koffi keeps no frame pointers: who called it is not known, and what perf takes for that is nonsense. */
const KOFFI: Place = { name: 'koffi', at: '', kind: 'call' };

function* read(script: string, sources: Sources): Generator<Sample> {
  for (const block of script.split('\n\n')) {
    const [head = '', ...lines] = block.split('\n').filter((line) => line.trim() !== '');
    const [, pid, tid] = /^\s*(\d+)\/(\d+)/.exec(head) ?? [];
    if (pid === undefined) continue;
    const places = lines.map((line) => placeOf(line, sources)).reverse();
    const once = places.filter((place, i) => place.at !== '' || place.name !== places[i - 1]?.name);
    const stack = fromProgram(once).map((place, i, all): Place => {
      return all[i - 1] === KOFFI ? { ...place, kind: 'call' } : place; // a function of the C library
    });
    const entry = stack.find(({ kind }) => kind === 'program' || kind === 'lib');
    yield { pid: Number(pid), tid: Number(tid), stack, entry };
  }
}

/** One line: an address, a symbol, and in brackets the file that it is from. */
function placeOf(line: string, sources: Sources): Place {
  const [, symbol = '[unknown]', file = ''] = /^\s*[0-9a-f]+ (.*) \((.*)\)$/.exec(line) ?? [];
  const [, name, url, atLine, column] = JAVASCRIPT.exec(symbol) ?? [];
  if (url !== undefined) return sources.place(name ?? '', url, Number(atLine) - 1, Number(column) - 1);
  if (file.startsWith('[kernel') || /\.ko\b/.test(file)) return { name: symbol, at: '', kind: 'kernel' };
  if (/\/koffi\.node$/.test(file)) return KOFFI;
  const own = symbol.replace(/@.*$/, '').replace(/^__(GI_+|libc_)(libc_)?/, '');
  const known = symbol === '[unknown]' ? (file === '[unknown]' ? 'unknown' : `in ${basename(file)}`) : own;
  return { name: known, at: '', kind: 'node' };
}
