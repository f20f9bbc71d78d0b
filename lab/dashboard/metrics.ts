/**
 * What was seen, for Prometheus, in its text format: https://prometheus.io/docs/instrumenting/exposition_formats. Client
 * libraries count what a program does itself; here every number is the kernel's or a load's, and only has to be written.
 */

import type { Histogram } from '../load/histogram.ts';
import type { Sampler } from './sampler.ts';

/** The upper ends of the buckets of round trips, in seconds. */
const BUCKETS = [1, 10, 100, 1000]
  .flatMap((power) => [5e-5, 1e-4, 2.5e-4].map((end) => end * power))
  .concat(0.5, 1, 2.5, 5, 10);
/** Round trips are counted in microseconds. */
const SECOND = 1e6;

type Labels = Readonly<Record<string, string | number>>;

/** A text that grows by one metric after the other. */
class Text {
  readonly #lines: string[] = [];

  /** @param values each with its labels; none where nothing has it now */
  add(name: string, type: 'gauge' | 'counter', help: string, values: Iterable<readonly [Labels, number]>): void {
    this.#head(name, type, help);
    for (const [labels, value] of values) this.#line(name, labels, value);
  }

  /** A histogram of round trips, with the labels that go with each. */
  histogram(name: string, help: string, values: Iterable<readonly [Labels, Histogram]>): void {
    this.#head(name, 'histogram', help);
    for (const [labels, trips] of values) {
      for (const end of BUCKETS) this.#line(`${name}_bucket`, { ...labels, le: end }, trips.between(0, end * SECOND));
      this.#line(`${name}_bucket`, { ...labels, le: '+Inf' }, trips.count);
      this.#line(`${name}_sum`, labels, (trips.mean * trips.count) / SECOND);
      this.#line(`${name}_count`, labels, trips.count);
    }
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  #line(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(`${text}`)}"`);
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** All metrics. */
export function metrics({ servers, targets, machine }: Sampler): string {
  const text = new Text();
  const seen = servers.map(([{ name, where, began }, server]) => {
    return { labels: { chapter: name, address: where }, began, server, sample: server.sample() };
  });
  const each = (of: (one: (typeof seen)[number]) => number): [Labels, number][] =>
    seen.map((one) => [one.labels, of(one)]);
  /** One value for each of several names, as the state of connections. */
  const every = (label: string, of: (one: (typeof seen)[number]) => Iterable<readonly [string | number, number]>) =>
    seen.flatMap((one) => [...of(one)].map(([name, value]) => [{ ...one.labels, [label]: name }, value] as const));

  text.add(
    'workshop_server_start_time_seconds',
    'gauge',
    'When the server was started, in seconds since 1970.',
    each(({ began }) => began / 1000),
  );
  text.add(
    'workshop_server_connections',
    'gauge',
    'Connections of the server, by their state in tcp(7).',
    every('state', ({ server }) => server.states),
  );
  text.add(
    'workshop_server_worker_connections',
    'gauge',
    'Connections of each worker, the busiest first.',
    every('rank', ({ sample }) => sample.workers.entries()),
  );
  text.add(
    'workshop_server_listen_queue',
    'gauge',
    'Connections that wait to be accepted.',
    each(({ sample }) => sample.queue),
  );
  text.add(
    'workshop_server_listen_backlog',
    'gauge',
    'How many connections may wait to be accepted.',
    each(({ sample }) => sample.backlog),
  );
  text.add(
    'workshop_server_processes',
    'gauge',
    'Processes of the server.',
    each(({ sample }) => sample.processes),
  );
  text.add(
    'workshop_server_threads',
    'gauge',
    'Threads of all processes of the server.',
    each(({ sample }) => sample.threads),
  );
  text.add(
    'workshop_server_resident_memory_bytes',
    'gauge',
    'Resident memory; pages that processes share count for each.',
    each(({ sample }) => sample.memory),
  );
  text.add(
    'workshop_server_cpu_seconds_total',
    'counter',
    'Processor time of the server, its ended children included.',
    every('mode', ({ server: { counted } }) => [
      ['user', counted.user / 1000],
      ['system', counted.system / 1000],
    ]),
  );
  text.add(
    'workshop_server_context_switches_total',
    'counter',
    'How often threads went to sleep (voluntary), or had to let others run.',
    every('kind', ({ server: { counted } }) => [
      ['voluntary', counted.voluntary],
      ['involuntary', counted.involuntary],
    ]),
  );
  text.add(
    'workshop_server_system_calls_total',
    'counter',
    'System calls of a traced server since it is watched.',
    every('call', ({ server }) => server.trace?.counts ?? []),
  );
  const loads = [...targets].map(([target, one]) => ({ labels: { target }, ...one }));
  text.add(
    'workshop_load_connections',
    'gauge',
    'Connections that the running loads have opened.',
    loads.map(({ labels, connections }) => [labels, connections]),
  );
  text.add(
    'workshop_load_requests_total',
    'counter',
    'Requests that the loads had answered.',
    loads.map(({ labels, trips }) => [labels, trips.count]),
  );
  text.add(
    'workshop_load_errors_total',
    'counter',
    'Errors that the loads met.',
    loads.map(({ labels, errors }) => [labels, errors]),
  );
  text.histogram(
    'workshop_load_round_trip_seconds',
    'How long answers took.',
    loads.map(({ labels, trips }) => [labels, trips]),
  );
  text.add(
    'workshop_cpu_seconds_total',
    'counter',
    'Time of each core of this machine.',
    machine.counted.cores.flatMap((times, core) =>
      ['user', 'system', 'softirq'].map((mode, i) => [{ core, mode }, times[i]!] as const),
    ),
  );
  text.add(
    'workshop_listen_overflows_total',
    'counter',
    'How often a queue of this machine was full (ListenOverflows).',
    [[{}, machine.counted.overflows]],
  );
  text.add(
    'workshop_listen_drops_total',
    'counter',
    'Connections that listeners of this machine dropped (ListenDrops).',
    [[{}, machine.counted.drops]],
  );
  const { user, system } = process.cpuUsage();
  text.add('process_cpu_seconds_total', 'counter', 'Processor time of the dashboard itself.', [
    [{}, (user + system) / 1e6],
  ]);
  text.add('process_resident_memory_bytes', 'gauge', 'Resident memory of the dashboard itself.', [
    [{}, process.memoryUsage.rss()],
  ]);
  text.add('process_start_time_seconds', 'gauge', 'When the dashboard was started, in seconds since 1970.', [
    [{}, performance.timeOrigin / 1000],
  ]);
  return text.toString();
}
