/** The metrics, scraped by a real Prometheus; each panel of Grafana finds in it what it asks for. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { parse } from 'yaml';
import { descriptors, target } from '../../lib/testing/proc.ts';
import { type Program, patiently, type Server, startServer, until } from '../../lib/testing/server.ts';
import { load, type Running, startDashboard } from './fixture.ts';
import { GRAFANA, grafana } from './grafana.ts';
import { PANELS } from './panels.ts';
import { Sockets } from './sockets.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const read = (path: string): string => readFileSync(here(path), 'utf8');

/** What is looked at of Grafana's JSON. */
interface Grafana {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: { readonly query: string } }[];
  };
}

/** A series of Prometheus: its labels, and when and what it was last. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Starts a Prometheus of this test's own. @returns where it answers */
async function startPrometheus(t: import('ava').ExecutionContext, { port }: Running): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = join(folder, 'prometheus.yml');
  // As it ships, but for the port, and in a hurry.
  writeFileSync(
    config,
    read('prometheus.yml').replace(':3000', `:${port}`).replace('scrape_interval: 1s', 'scrape_interval: 500ms'),
  );
  const words = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ];
  const child = spawn('prometheus', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('exit', () => resolve());
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  // It does not say which port it got; the kernel does.
  const sockets = new Sockets();
  t.teardown(() => sockets.close());
  let address = '';
  await until(async () => {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`prometheus has ended: ${said}`);
    const inodes = new Set(descriptors(child.pid).map((fd) => /^socket:\[(\d+)\]$/.exec(target(child.pid!, fd))?.[1]));
    const mine = [...sockets.listeners()].find(([inode]) => inodes.has(`${inode}`));
    if (mine === undefined) return false;
    address = `http://127.0.0.1:${mine[1].port}`;
    return fetch(`${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }, 'Prometheus is ready');
  return address;
}

/** A query of Grafana's, as Grafana would send it. */
function ask(prometheus: string, query: string): Promise<Series[]> {
  const expression = query.replaceAll('$__rate_interval', '5s').replaceAll('$core', '0');
  const url = `${prometheus}/api/v1/query?${new URLSearchParams({ query: expression })}`;
  return patiently(
    fetch(url).then(async (response) => {
      const { status, data, error } = (await response.json()) as {
        status: string;
        data?: { result: Series[] };
        error?: string;
      };
      if (status !== 'success') throw new Error(`${expression}: ${error}`);
      return data!.result.filter(({ value: [, text] }) => text !== 'NaN');
    }),
    `answer to ${expression}`,
  );
}

test.serial(
  'each query of each panel of Grafana returns a series of a live run, with the labels of its legend',
  async (t) => {
    t.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const server: Server = await startServer(t, 'chapters/10-epoll-workers/server.ts', {
      args: ['--workers', '2', '--trace', join(folder, 'trace.jsonl')],
    });
    const dashboard = await startDashboard(t, '--only', `${server.port}`);
    const running: Program = load(t, server, '--connections', '4', '--rate', '200', '--duration', '5m');
    const prometheus = await startPrometheus(t, dashboard);
    const { panels, annotations, templating } = JSON.parse(readFileSync(GRAFANA, 'utf8')) as Grafana;
    t.is(panels.length, PANELS.length);
    for (const { title, targets } of panels) {
      t.true(targets.length > 0, title);
      for (const { expr, legendFormat } of targets) {
        let series: Series[] = [];
        await until(async () => {
          series = await ask(prometheus, expr);
          return series.length > 0;
        }, `${title}: ${expr} returns a series`);
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          t.true(label! in series[0]!.metric, `${title}: ${label} of ${expr}`);
      }
    }
    for (const { expr } of annotations.list) t.true((await ask(prometheus, expr)).length > 0);
    for (const { name, query } of templating.list) {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query)!;
      t.true(
        (await ask(prometheus, metric!)).some((series) => label! in series.metric),
        name,
      );
    }
    // They are the truth, too.
    await until(
      async () => Number((await ask(prometheus, 'rate(workshop_load_requests_total[5s])'))[0]?.value[1]) > 100,
      'the load’s rate',
    );
    const [connections] = await ask(prometheus, 'workshop_server_connections{state="ESTABLISHED"}');
    t.is(connections!.value[1], '4');
    t.deepEqual(
      [connections!.metric.chapter, connections!.metric.address],
      ['10-epoll-workers', `127.0.0.1:${server.port}`],
    );
    const [quantile] = await ask(
      prometheus,
      'histogram_quantile(0.5, sum by (le) (rate(workshop_load_round_trip_seconds_bucket[5s])))',
    );
    t.true(Number(quantile!.value[1]) > 1e-5 && Number(quantile!.value[1]) < 1);

    const text = await (await fetch(`${dashboard.origin}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    t.is(status, 0, stdout + stderr);
    t.is(await running.stop('SIGINT'), 130);
  },
);

test('Grafana’s JSON is made of the panels: npx tsx lab/dashboard/grafana.ts', (t) => {
  t.is(readFileSync(GRAFANA, 'utf8'), grafana());
});

test('what compose.yaml names is there, and its parts mean each other', (t) => {
  interface Service {
    readonly image: string;
    readonly network_mode: string;
    readonly command?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly volumes: readonly string[];
  }
  const { services } = parse(read('compose.yaml')) as { services: Record<'prometheus' | 'grafana', Service> };
  t.deepEqual(Object.keys(services), ['prometheus', 'grafana']);
  const inside = new Map<string, string>();
  for (const { image, network_mode, volumes } of Object.values(services)) {
    t.regex(image, /^[\w./-]+:v?\d+\.\d+\.\d+$/, 'pinned');
    t.is(network_mode, 'host');
    for (const volume of volumes) {
      const [from, to, mode] = volume.split(':');
      t.is(mode, 'ro');
      t.true(existsSync(here(from!)), from);
      inside.set(to!, from!);
    }
  }
  const { command = [] } = services.prometheus;
  t.true(inside.has(command.find((word) => word.startsWith('--config.file='))!.split('=')[1]!));
  const listen = command.find((word) => word.startsWith('--web.listen-address='))!.split('=')[1];
  const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yaml')) as {
    datasources: { uid: string; url: string }[];
  };
  t.is(datasources[0]!.url, `http://${listen}`);
  t.true(readFileSync(GRAFANA, 'utf8').includes(`"uid": "${datasources[0]!.uid}"`));
  const { providers } = parse(read('grafana/provisioning/dashboards/workshop.yaml')) as {
    providers: { options: { path: string } }[];
  };
  const folder = inside.get(providers[0]!.options.path)!;
  const home = services.grafana.environment!.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!;
  t.is(here(home.replace(providers[0]!.options.path, folder)), fileURLToPath(GRAFANA));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', here('prometheus.yml')], {
    encoding: 'utf8',
  });
  t.is(status, 0, stdout + stderr);
});
