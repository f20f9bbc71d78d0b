/** What the page knows: the samples it was told of, who there is, and what its reader wants to see. */

import { type Sample, SPAN, type Subject } from '../sample.ts';

/** Something that happened: a vertical line in every chart. */
export interface Mark {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'began' | 'ended' | 'load' | 'over';
  /** For a chart, and for the list. */
  readonly label: string;
  readonly words: string;
}

/** All of it. */
export class View {
  samples: Sample[] = [];
  subjects: readonly Subject[] = [];
  /** Whom the reader does not want to see, by id. */
  readonly hidden = new Set<number>();
  /** In milliseconds. */
  span = 60_000;
  /** When the reader has stopped the charts. */
  paused: number | undefined;

  add(sample: Sample): void {
    this.samples.push(sample);
    const from = sample.at - SPAN;
    // Some at a time: to move all of them each time would be work for nothing.
    const old = this.samples.findIndex(({ at }) => at >= from);
    if (old > 100) this.samples.splice(0, old);
  }

  get last(): Sample | undefined {
    return this.samples.at(-1);
  }

  /** The end of the time that is shown. */
  get until(): number {
    return this.paused ?? this.last?.at ?? Date.now();
  }

  /** The samples of the time that is shown, and the one before it, so that lines come in from the edge. */
  get shown(): readonly Sample[] {
    const [from, to] = [this.until - this.span, this.until];
    const first = this.samples.findIndex(({ at }) => at >= from);
    const end = this.samples.findLastIndex(({ at }) => at <= to) + 1;
    return first < 0 ? [] : this.samples.slice(Math.max(0, first - 1), end);
  }

  /** Servers or loads that were there in the time that is shown, and that the reader wants to see. */
  visible(kind: Subject['kind']): readonly Subject[] {
    return this.inTime(kind).filter(({ id }) => !this.hidden.has(id));
  }

  inTime(kind: Subject['kind']): readonly Subject[] {
    const from = this.until - this.span;
    return this.subjects
      .filter((subject) => subject.kind === kind && (subject.ended ?? Number.POSITIVE_INFINITY) >= from)
      .sort((a, b) => a.id - b.id);
  }

  /** What happened since the first sample that is there, the oldest first. */
  get marks(): readonly Mark[] {
    const from = this.samples[0]?.at ?? Number.POSITIVE_INFINITY;
    return this.subjects
      .filter(({ id }) => !this.hidden.has(id))
      .flatMap(marksOf)
      .filter(({ at }) => at >= from)
      .sort((a, b) => a.at - b.at);
  }
}

function marksOf({ kind, name, where, began, ended }: Subject): Mark[] {
  const server = kind === 'server';
  const label = server ? name : 'load';
  const who = server ? `${name} at ${where}` : name;
  const marks: Mark[] = [
    {
      at: began,
      kind: server ? 'began' : 'load',
      label: `${label} ${server ? 'started' : 'began'}`,
      words: `${who} ${server ? 'started' : 'began'}`,
    },
  ];
  if (ended !== undefined) {
    marks.push({ at: ended, kind: server ? 'ended' : 'over', label: `${label} ended`, words: `${who} ended` });
  }
  return marks;
}
