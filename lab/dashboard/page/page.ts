/** The page: hears what the dashboard tells, and draws it. */

import { PANELS } from '../panels.ts';
import type { Sample, Subject } from '../sample.ts';
import { Chart, clock, STEP } from './chart.ts';
import { colorOf } from './lines.ts';
import { View } from './view.ts';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
/** So many are listed of those that have ended, and of what happened. */
const [GONE, EVENTS] = [4, 40];
const view = new View();
let charts: Chart[] = [];
/** Where the keys have put the cursor, in milliseconds since 1970. */
let pointed: number | undefined;

/** Makes the panels; one for each core, as soon as it is known how many there are. */
function makeCharts(cores: number): void {
  charts = PANELS.flatMap((panel) =>
    panel.eachCore
      ? Array.from({ length: cores }, (_, core) => new Chart(panel, core, view))
      : [new Chart(panel, 0, view)],
  );
  element('panels').replaceChildren(...charts.map(({ figure }) => figure));
  const sizes = new ResizeObserver(() => {
    for (const chart of charts) chart.resize();
  });
  sizes.observe(element('panels'));
}

function draw(): void {
  const cores = view.last?.cores.length ?? 0;
  if (view.last === undefined) return;
  if (charts.filter(({ panel }) => panel.eachCore).length !== cores) makeCharts(cores);
  for (const chart of charts) chart.draw();
  if (pointed !== undefined) point(pointed);
  drawTable();
}

/** The values as a table, while somebody looks at it. */
function drawTable(): void {
  const details = element<HTMLDetailsElement>('values');
  if (!details.open) return;
  const rows = charts.flatMap((chart) =>
    chart.lines.map((line) => {
      const row = document.createElement('tr');
      row.append(
        ...[chart.title, line.label, chart.lastOf(line)].map((text) =>
          Object.assign(document.createElement('td'), { textContent: text }),
        ),
      );
      return row;
    }),
  );
  details.querySelector('tbody')!.replaceChildren(...rows);
}

/** Who there is: a button for each, which hides it in the charts, or shows it again. */
function drawSubjects(): void {
  const all = [...view.inTime('server'), ...view.inTime('load')];
  const running = all.filter(({ ended }) => ended === undefined);
  const gone = all.filter(({ ended }) => ended !== undefined).sort((a, b) => b.ended! - a.ended!);
  const list = element('subjects');
  const focused = (document.activeElement as HTMLElement | null)?.dataset.id;
  list.replaceChildren(...[...running, ...gone.slice(0, GONE)].map(subjectItem));
  if (focused !== undefined) list.querySelector<HTMLElement>(`[data-id="${focused}"]`)?.focus();
  element('nobody').hidden = view.inTime('server').some(({ ended }) => ended === undefined);
  const marks = view.marks
    .slice(-EVENTS)
    .reverse()
    .map(({ at, words }) => {
      const item = document.createElement('li');
      const time = Object.assign(document.createElement('time'), {
        textContent: clock(at / 1000),
        dateTime: new Date(at).toISOString(),
      });
      item.append(time, ` ${words}`);
      return item;
    });
  const none = Object.assign(document.createElement('li'), { textContent: 'nothing since this page can look back' });
  element('marks').replaceChildren(...(marks.length > 0 ? marks : [none]));
}

function subjectItem(subject: Subject): HTMLLIElement {
  const { id, kind, name, where, pid, ended } = subject;
  const button = document.createElement('button');
  const swatch = document.createElement('i');
  const title = document.createElement('b');
  const more = document.createElement('small');
  button.type = 'button';
  button.dataset.id = `${id}`;
  button.className = ended === undefined ? '' : 'ended';
  button.setAttribute('aria-pressed', `${!view.hidden.has(id)}`);
  swatch.className = kind;
  swatch.style.setProperty('--swatch', `var(--${colorOf(subject)})`);
  title.textContent = name;
  title.title = name;
  const place = kind === 'server' ? where : `load client of ${where || 'several servers'}`;
  more.textContent = `${place} · pid ${pid}${ended === undefined ? '' : ` · ended ${clock(ended / 1000)}`}`;
  button.append(swatch, title, more);
  button.addEventListener('click', () => {
    if (!view.hidden.delete(id)) view.hidden.add(id);
    drawSubjects();
    draw();
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}

function point(at: number | undefined): void {
  pointed = at;
  for (const chart of charts) chart.point(at);
}

/** The keys that move the cursor. */
element('panels').addEventListener('keydown', (event) => {
  const [first] = view.samples;
  if (first === undefined) return;
  const to = view.until;
  const from = Math.max(first.at, to - view.span);
  const at = pointed ?? to;
  const step = STEP * (event.shiftKey ? 10 : 1);
  const targets: Record<string, number | undefined> = {
    ArrowLeft: at - step,
    ArrowRight: at + step,
    Home: from,
    End: to,
    Escape: undefined,
  };
  if (!(event.key in targets)) return;
  event.preventDefault();
  const target = targets[event.key];
  point(target === undefined ? undefined : Math.min(to, Math.max(from, target)));
});
element('panels').addEventListener('mousemove', () => {
  pointed = undefined;
});

element('window').addEventListener('change', (event) => {
  view.span = Number((event.target as HTMLInputElement).value) * 60_000;
  drawSubjects();
  draw();
});
element('pause').addEventListener('click', () => {
  view.paused = view.paused === undefined ? view.last?.at : undefined;
  element('pause').setAttribute('aria-pressed', `${view.paused !== undefined}`);
  draw();
});
element('values').addEventListener('toggle', drawTable);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of charts) chart.remake();
});

function say(text: string, state: string): void {
  const link = element('link');
  if (link.textContent !== text) link.textContent = text;
  link.className = state;
}

const source = new EventSource('/events');
const on = (name: string, hear: (data: string) => void): void => {
  source.addEventListener(name, (event) => hear((event as MessageEvent<string>).data));
};
on('history', (data) => {
  const { subjects, samples } = JSON.parse(data) as { subjects: Subject[]; samples: Sample[] };
  view.samples = samples;
  view.subjects = subjects;
  say('live', 'live');
  drawSubjects();
  draw();
});
on('subjects', (data) => {
  view.subjects = JSON.parse(data) as Subject[];
  drawSubjects();
});
on('sample', (data) => {
  view.add(JSON.parse(data) as Sample);
  if (!document.hidden) draw();
});
source.addEventListener('error', () => say('the dashboard does not answer; looking for it', 'lost'));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) draw();
});
