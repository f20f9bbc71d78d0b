/** The panels: what each shows, on the dashboard's own page and, by queries to Prometheus, in Grafana. */

/** What its numbers are. */
export type Unit = 'number' | 'per second' | 'microseconds' | 'per cent' | 'bytes';

/** One panel. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** What is seen there, in a sentence. */
  readonly what: string;
  /** What stands there when there is nothing to draw. */
  readonly none: string;
  /** The same from Prometheus, which has seconds and shares where the page has microseconds and per cent; and a name for each line. */
  readonly queries: readonly (readonly [query: string, legend: string])[];
  /** One value on top of the other. */
  readonly stacked?: true;
  /** A logarithmic scale. */
  readonly logarithmic?: true;
  /** Once for each core. */
  readonly eachCore?: true;
}

const SERVER = '{{chapter}} {{address}}';
const NO_SERVER = 'no chapter is running';
const NO_LOAD = 'no load client';
const rate = (metric: string): string => `rate(${metric}[$__rate_interval])`;
const percentile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le) (${rate('workshop_load_round_trip_seconds_bucket')}))`;

export const PANELS: readonly Panel[] = [
  {
    id: 'requests',
    title: 'Requests answered',
    unit: 'per second',
    what: 'How many requests of each load client are answered, and how many go wrong.',
    none: NO_LOAD,
    queries: [
      [rate('workshop_load_requests_total'), '{{target}}'],
      [rate('workshop_load_errors_total'), '{{target}} errors'],
    ],
  },
  {
    id: 'trips',
    title: 'Round trips',
    unit: 'microseconds',
    what: 'How long the answers took that came lately, over all load clients.',
    none: NO_LOAD,
    logarithmic: true,
    queries: [
      [percentile(0.5), 'p50'],
      [percentile(0.95), 'p95'],
      [percentile(0.99), 'p99'],
    ],
  },
  {
    id: 'connections',
    title: 'Connections',
    unit: 'number',
    what: 'Established connections of each server.',
    none: NO_SERVER,
    queries: [['workshop_server_connections{state="ESTABLISHED"}', SERVER]],
  },
  {
    id: 'workers',
    title: 'Connections per worker',
    unit: 'number',
    what: 'A worker is a process, or an epoll set where a process has several; the busiest first.',
    none: NO_SERVER,
    queries: [['workshop_server_worker_connections', `${SERVER} {{rank}}`]],
  },
  {
    id: 'states',
    title: 'Connections in other states',
    unit: 'number',
    what: 'Connections that are being opened or closed, by their state in tcp(7).',
    none: 'none is being opened or closed',
    queries: [['sum by (state) (workshop_server_connections{state!="ESTABLISHED"})', '{{state}}']],
  },
  {
    id: 'queue',
    title: 'Waiting to be accepted',
    unit: 'number',
    what: 'How many connections stand in the queue of each listener.',
    none: NO_SERVER,
    queries: [['workshop_server_listen_queue', SERVER]],
  },
  {
    id: 'overflows',
    title: 'Queue overflows and drops',
    unit: 'per second',
    what: 'How often a listener’s queue was full, and what listeners dropped, on the whole machine.',
    none: 'nothing yet',
    queries: [
      [rate('workshop_listen_overflows_total'), 'overflows'],
      [rate('workshop_listen_drops_total'), 'drops'],
    ],
  },
  {
    id: 'cpu',
    title: 'Processor time of the servers',
    unit: 'per cent',
    what: 'Of one core, in user mode and, dashed, in the kernel.',
    none: NO_SERVER,
    queries: [[rate('workshop_server_cpu_seconds_total'), `${SERVER} {{mode}}`]],
  },
  {
    id: 'core',
    title: 'Core',
    unit: 'per cent',
    what: 'What all programs of this machine, and the kernel, do on it.',
    none: 'nothing yet',
    stacked: true,
    eachCore: true,
    queries: [[rate('workshop_cpu_seconds_total{core="$core"}'), '{{mode}}']],
  },
  {
    id: 'memory',
    title: 'Resident memory',
    unit: 'bytes',
    what: 'Of all processes of each server; pages that they share count for each.',
    none: NO_SERVER,
    queries: [['workshop_server_resident_memory_bytes', SERVER]],
  },
  {
    id: 'threads',
    title: 'Threads',
    unit: 'number',
    what: 'Of all processes of each server, those that Node starts for itself included.',
    none: NO_SERVER,
    queries: [['workshop_server_threads', SERVER]],
  },
  {
    id: 'processes',
    title: 'Processes',
    unit: 'number',
    what: 'Each server with its children.',
    none: NO_SERVER,
    queries: [['workshop_server_processes', SERVER]],
  },
  {
    id: 'voluntary',
    title: 'Voluntary context switches',
    unit: 'per second',
    what: 'How often threads of a server went to sleep.',
    none: NO_SERVER,
    queries: [[rate('workshop_server_context_switches_total{kind="voluntary"}'), SERVER]],
  },
  {
    id: 'involuntary',
    title: 'Involuntary context switches',
    unit: 'per second',
    what: 'How often threads of a server had to let others run.',
    none: NO_SERVER,
    queries: [[rate('workshop_server_context_switches_total{kind="involuntary"}'), SERVER]],
  },
  {
    id: 'calls',
    title: 'System calls',
    unit: 'per second',
    what: 'By name, of all servers that are traced.',
    none: 'no server is traced: start one with --trace FILE',
    queries: [[`sum by (call) (${rate('workshop_server_system_calls_total')})`, '{{call}}']],
  },
];
