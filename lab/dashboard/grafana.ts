/** The panels for Grafana. `npx tsx lab/dashboard/grafana.ts` writes them anew, after panels.ts has changed. */

import { writeFileSync } from 'node:fs';
import { isProgram } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { PANELS, type Panel, type Unit } from './panels.ts';

/** Where they are kept. */
export const GRAFANA = new URL('./grafana/dashboards/workshop.json', import.meta.url);
/** Grafana's names of the units; Prometheus has seconds and shares of one. */
const UNITS: Readonly<Record<Unit, string>> = {
  number: 'short',
  'per second': 'cps',
  microseconds: 's',
  'per cent': 'percentunit',
  bytes: 'decbytes',
};
/** A panel's place, in Grafana's grid of 24 columns. */
const [WIDTH, HEIGHT, COLUMNS] = [8, 7, 24];
const SOURCE = { type: 'prometheus', uid: 'prometheus' };

function grafanaPanel({ title, what, unit, queries, stacked, logarithmic, eachCore }: Panel, i: number): object {
  const across = COLUMNS / WIDTH;
  return {
    id: i + 1,
    type: 'timeseries',
    title: eachCore ? `${title} $core` : title,
    description: what,
    datasource: SOURCE,
    gridPos: { x: (i % across) * WIDTH, y: Math.floor(i / across) * HEIGHT, w: WIDTH, h: HEIGHT },
    ...(eachCore ? { repeat: 'core', repeatDirection: 'h', maxPerRow: across } : {}),
    targets: queries.map(([expr, legendFormat], k) => ({
      refId: String.fromCharCode(65 + k),
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
    fieldConfig: {
      defaults: {
        unit: UNITS[unit],
        ...(logarithmic ? {} : { min: 0 }),
        ...(stacked ? { max: 1 } : {}),
        custom: {
          lineWidth: stacked ? 0 : 1,
          fillOpacity: stacked ? 80 : 0,
          showPoints: 'never',
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          scaleDistribution: logarithmic ? { type: 'log', log: 10 } : { type: 'linear' },
        },
      },
      overrides: [],
    },
    options: { tooltip: { mode: 'multi' }, legend: { showLegend: true, displayMode: 'list', placement: 'bottom' } },
  };
}

/** The dashboard as Grafana's JSON has it. */
export function grafana(): string {
  // A panel that is repeated takes a row for itself, so it comes last.
  const panels = [...PANELS.filter(({ eachCore }) => !eachCore), ...PANELS.filter(({ eachCore }) => eachCore)];
  const dashboard = {
    uid: 'workshop',
    title: 'Ten Thousand Sockets',
    editable: false,
    graphTooltip: 1, // one cursor for all
    refresh: '1s',
    time: { from: 'now-5m', to: 'now' },
    schemaVersion: 39,
    annotations: {
      list: [
        {
          name: 'server started',
          enable: true,
          iconColor: 'green',
          datasource: SOURCE,
          expr: 'workshop_server_start_time_seconds * 1000',
          useValueForTime: true,
          titleFormat: '{{chapter}} started',
        },
      ],
    },
    templating: {
      list: [
        {
          name: 'core',
          type: 'query',
          datasource: SOURCE,
          query: { query: 'label_values(workshop_cpu_seconds_total, core)', refId: 'core' },
          refresh: 2,
          includeAll: true,
          multi: true,
          hide: 2,
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels: panels.map(grafanaPanel),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

if (isProgram(import.meta.url)) {
  toolCommand('grafana', 'write the panels of the dashboard for Grafana').parse();
  writeFileSync(GRAFANA, grafana());
}
