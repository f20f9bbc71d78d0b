/** What the lines of each panel are. */

import type { Panel } from '../panels.ts';
import type { LoadSample, Sample, ServerSample, Subject } from '../sample.ts';
import type { View } from './view.ts';

/** One line of a chart, or one area. */
export interface Line {
  readonly label: string;
  /** The name of a custom property of the style sheet: `c0`. */
  readonly color: string;
  readonly dashed?: boolean;
  /** Its value in a sample; undefined where it has none. */
  readonly value: (sample: Sample) => number | undefined;
}

const COLORS = 8;
/** So many workers have a line each; of more the busiest, the one in the middle and the idlest have. */
const FEW = 4;
const BUSIEST = ' busiest';

/** The colour of a server or a load. */
export function colorOf({ id }: Subject): string {
  return `c${(id - 1) % COLORS}`;
}

/** A server for people: with its address where another one has its name. */
function nameOf(subject: Subject, all: readonly Subject[]): string {
  const alone = all.filter(({ name }) => name === subject.name).length === 1;
  return alone ? subject.name : `${subject.name} ${subject.where.split(',')[0]!.replace('127.0.0.1', '')}`;
}

type Of<T> = (sample: T) => number | undefined;

/** A line for each server. */
function each(view: View, of: Of<ServerSample>, suffix = '', dashed = false): Line[] {
  const servers = view.visible('server');
  return servers.map((server) => ({
    label: nameOf(server, servers) + suffix,
    color: colorOf(server),
    dashed,
    value: ({ servers: samples }) => {
      const sample = samples[server.id];
      return sample === undefined ? undefined : of(sample);
    },
  }));
}

function eachLoad(view: View, of: Of<LoadSample>, suffix = '', dashed = false): Line[] {
  return view.visible('load').map((load) => ({
    label: (load.where === '' ? load.name : load.where) + suffix,
    color: colorOf(load),
    dashed,
    value: ({ loads }) => {
      const sample = loads[load.id];
      return sample === undefined ? undefined : of(sample);
    },
  }));
}

/** A line for each name that servers have numbers for, as the states of connections; numbers of a name are added up. */
function named(view: View, of: (sample: ServerSample) => Readonly<Record<string, number>> | undefined): Line[] {
  const ids = view.visible('server').map(({ id }) => id);
  const totals = new Map<string, number>();
  for (const { servers } of view.shown) {
    for (const id of ids) {
      const numbers = servers[id] === undefined ? undefined : of(servers[id]);
      for (const name in numbers) totals.set(name, (totals.get(name) ?? 0) + numbers[name]!);
    }
  }
  const names = [...totals].sort(([, a], [, b]) => b - a).slice(0, COLORS);
  return names.map(([name], i) => ({
    label: name,
    color: `c${i}`,
    value: ({ servers }) => {
      const told = ids.map((id) => (servers[id] === undefined ? undefined : of(servers[id])));
      if (told.every((numbers) => numbers === undefined)) return undefined;
      return told.reduce((sum, numbers) => sum + (numbers?.[name] ?? 0), 0);
    },
  }));
}

function others(states: Readonly<Record<string, number>>): Record<string, number> {
  const { ESTABLISHED: _, ...rest } = states;
  return rest;
}

/** The workers of each server. */
function workers(view: View): Line[] {
  const lines: Line[] = [];
  for (const [i, first] of each(view, (one) => one.workers[0]).entries()) {
    const { id } = view.visible('server')[i]!;
    const most = Math.max(0, ...view.shown.map(({ servers }) => servers[id]?.workers.length ?? 0));
    const line = (suffix: string, of: (all: readonly number[]) => number | undefined): Line => ({
      ...first,
      label: first.label + suffix,
      dashed: suffix !== BUSIEST && suffix !== ' 1',
      value: ({ servers }) => servers[id] && of(servers[id].workers),
    });
    if (most <= 1) lines.push(first);
    else if (most <= FEW)
      lines.push(...Array.from({ length: most }, (_, rank) => line(` ${rank + 1}`, (all) => all[rank])));
    else {
      lines.push(line(BUSIEST, (all) => all[0]));
      lines.push(line(' median', (all) => all[all.length >> 1]));
      lines.push(line(' idlest', (all) => all.at(-1)));
    }
  }
  return lines;
}

const core = (number: number, which: 0 | 1 | 2) => (sample: Sample) => sample.cores[number]?.[which];

/** The lines of a panel. @param number which core, where there is a panel for each */
export function linesOf({ id }: Panel, number: number, view: View): Line[] {
  switch (id) {
    case 'requests': {
      const errors = eachLoad(view, (one) => one.errors, ' errors', true);
      return [
        ...eachLoad(view, (one) => one.requests),
        ...errors.filter(({ value }) => view.shown.some((sample) => (value(sample) ?? 0) > 0)),
      ];
    }
    case 'trips': {
      if (!view.shown.some(({ trips }) => trips !== undefined)) return [];
      return (['p50', 'p95', 'p99'] as const).map((name, i) => ({
        label: name,
        color: `c${i}`,
        value: ({ trips }) => trips?.[name],
      }));
    }
    case 'connections':
      return each(view, (one) => one.connections);
    case 'workers':
      return workers(view);
    case 'states':
      return named(view, ({ states }) => others(states));
    case 'queue':
      return each(view, (one) => one.queue);
    case 'overflows':
      return [
        { label: 'overflows', color: 'c7', value: ({ overflows }) => overflows },
        { label: 'drops', color: 'c5', dashed: true, value: ({ drops }) => drops },
      ];
    case 'cpu':
      return [...each(view, (one) => one.user, ' user'), ...each(view, (one) => one.system, ' system', true)];
    case 'core':
      return [
        { label: 'user', color: 'area0', value: core(number, 0) },
        { label: 'system', color: 'area1', value: core(number, 1) },
        { label: 'softirq', color: 'area2', value: core(number, 2) },
      ];
    case 'memory':
      return each(view, (one) => one.memory);
    case 'threads':
      return each(view, (one) => one.threads);
    case 'processes':
      return each(view, (one) => one.processes);
    case 'voluntary':
      return each(view, (one) => one.voluntary);
    case 'involuntary':
      return each(view, (one) => one.involuntary);
    case 'calls':
      return named(view, ({ calls }) => calls);
    default:
      return [];
  }
}
