/** What the dashboard's tests share: a dashboard to start, and its events to hear. */

import { get, type IncomingMessage } from 'node:http';
import type { ExecutionContext } from 'ava';
import { PATIENCE, Program, type Server, startProgram } from '../../lib/testing/server.ts';
import type { Sample, Subject } from './sample.ts';

/** A dashboard that runs. */
export interface Running {
  readonly program: Program;
  readonly port: number;
  readonly origin: string;
}

async function listening(program: Program): Promise<Running> {
  const [, port] = await program.line(/listening on 127\.0\.0\.1:(\d+) \(pid \d+\)$/);
  return { program, port: Number(port), origin: `http://127.0.0.1:${port}` };
}

const words = (args: readonly string[]): string[] => ['dashboard', '--port', '0', ...args];

/** Starts one on a free port; whoever calls this ends it. */
export function launchDashboard(...args: string[]): Promise<Running> {
  return listening(new Program('lab/lab.mjs', { args: words(args) }));
}

/** Starts one on a free port, which the test ends. */
export function startDashboard(t: ExecutionContext, ...args: string[]): Promise<Running> {
  return listening(startProgram(t, 'lab/lab.mjs', { args: words(args) }));
}

/** Starts `lab load` for a server; the test ends it. */
export function load(t: ExecutionContext, { host, port }: Server, ...args: string[]): Program {
  return startProgram(t, 'lab/lab.mjs', { args: ['load', '--target', `${host}:${port}`, ...args] });
}

/** A page that only listens. */
export class Listener {
  /** All that it was told. */
  readonly samples: Sample[] = [];
  subjects: readonly Subject[] = [];
  /** How many samples were there when it came. */
  history = -1;
  readonly #response: IncomingMessage;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8').on('data', (text: string) => {
      const events = (this.#rest + text).split('\n\n');
      this.#rest = events.pop()!;
      for (const one of events) this.#hear(one);
    });
    response.on('error', () => {}); // the dashboard has ended
  }

  static async open(t: ExecutionContext, { port }: Running): Promise<Listener> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/events' }, resolve).on('error', reject);
    });
    t.teardown(() => response.destroy());
    return new Listener(response);
  }

  #hear(text: string): void {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/m.exec(text) ?? [];
    if (name === 'history') {
      const all = JSON.parse(data!) as { subjects: Subject[]; samples: Sample[] };
      this.subjects = all.subjects;
      this.samples.push(...all.samples);
      this.history = all.samples.length;
    } else if (name === 'subjects') this.subjects = JSON.parse(data!) as Subject[];
    else if (name === 'sample') this.samples.push(JSON.parse(data!) as Sample);
  }

  /** The first sample that something holds for, waiting for it. */
  async sample(what: string, holds: (sample: Sample, subjects: readonly Subject[]) => boolean): Promise<Sample> {
    const end = performance.now() + PATIENCE;
    for (let i = 0; ; ) {
      for (; i < this.samples.length; i++) if (holds(this.samples[i]!, this.subjects)) return this.samples[i]!;
      if (performance.now() > end) {
        throw new Error(`no sample with ${what}; last came ${JSON.stringify(this.samples.at(-1))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  close(): void {
    this.#response.destroy();
  }
}
