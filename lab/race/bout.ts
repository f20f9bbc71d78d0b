/** A server and who loads it: started for a measurement, and ended with it, whatever happens. */

import { setTimeout as sleep } from 'node:timers/promises';
import { getAffinity } from '../../lib/sys/resources.ts';
import { Stillness } from '../../lib/testing/kernel.ts';
import { listening, Program, type Server } from '../../lib/testing/server.ts';
import { memory } from '../bench/observe.ts';
import { Interrupted } from '../interrupt.ts';
import { machineLimits, plan } from '../load/limits.ts';
import { problems } from '../load/report.ts';
import { parseRequests } from '../load/requests.ts';
import type { Connecting, Result } from '../load/result.ts';
import { type Load as LoadSettings, Run } from '../load/run.ts';

/** A server, and how it is started. */
export interface Subject {
  readonly name: string;
  /** The program, from the root of the repository. */
  readonly path: string;
  readonly args?: readonly string[];
  /** Whether it runs by itself, without Node. */
  readonly native?: boolean;
  /** Whether HTTP is spoken. */
  readonly http?: boolean;
}

/** Connections that are alike. */
export interface Crowd {
  readonly connections: number;
  /** What they ask, as for `lab load --command`; who asks nothing says one PING, and then nothing. */
  readonly command?: string;
  /** Slow readers: so many bytes a second. */
  readonly readRate?: number;
}

/** What a server has to bear. */
export interface Load {
  /** They ask in a closed loop, and are measured. */
  readonly asking: Required<Pick<Crowd, 'connections' | 'command'>>;
  /** They come later, and stay while the others ask. */
  readonly beside?: Crowd;
  /** Server and load share all processors; otherwise each has one. */
  readonly allCores?: boolean;
}

/** How long the asking lasts, in milliseconds, and what may end it. */
export interface Length {
  /** Before it is measured, so that all is compiled. */
  readonly warm: number;
  readonly measured: number;
  /** Rejects with Interrupted when all shall end. */
  readonly interrupted?: Promise<never>;
}

/** A server does not bear what it was asked to: it has not begun, has ended, or serves only some. */
export class Unborne extends Error {
  /** How many had an answer. */
  readonly served: number;
  /** What the server has said on standard error. */
  readonly said: readonly string[];
  /** Whether it has ended, or answered wrongly: no limit, but a failure. */
  readonly failure: boolean;

  constructor(message: string, served: number, said: readonly string[], failure: boolean) {
    super(message);
    this.served = served;
    this.said = said;
    this.failure = failure;
  }
}

/** When nobody has been answered for so long, in microseconds, those who are not never will be, busy as the server may be. */
const MEETING = 60e6;
/** So often it is looked whether it is, in milliseconds; when it has slept for so many looks, nobody need wait longer. */
const [LOOK, LOOKS] = [200, 10];
/** Who is slow has no whole answer: their meeting is over when all are connected, and a little later. */
const SLOW_MEETING = 300_000;
/** A pool of processes takes its time to start, in milliseconds. */
const START = 120_000;
/** No answer takes so long. */
const PATIENCE = 20e6;
const never = new Promise<never>(() => {});

/** A server that is loaded. */
export class Bout {
  readonly server: Server;
  /** How much its memory grew for each connection, in bytes, while the last crowd came. */
  bytesPerConnection = 0;
  readonly #load: Load;
  readonly #http: boolean;
  readonly #runs: Run[] = [];
  readonly #over: Promise<never>;
  #served = 0;

  private constructor(server: Server, load: Load, http: boolean, over: Promise<never>) {
    this.server = server;
    this.#load = load;
    this.#http = http;
    this.#over = over;
  }

  /** Starts a server, does something with it, and ends it. @throws Unborne @throws Interrupted */
  static async during<T>(subject: Subject, load: Load, length: Length, work: (bout: Bout) => Promise<T>): Promise<T> {
    const { args = [], native } = subject;
    const [cpu] = processors(load);
    const program = new Program(subject.path, {
      args: ['--port', '0', ...args],
      by: cpu === undefined ? [] : ['taskset', '-c', `${cpu}`],
      loader: native ? 'none' : 'tsx',
    });
    const interrupted = length.interrupted ?? never;
    let bout: Bout | undefined;
    try {
      const server = await Promise.race([listening(program, START), interrupted]).catch((error) => {
        if (error instanceof Interrupted) throw error;
        throw new Unborne(`it did not start: ${program.stderr.at(-1) ?? 'and said nothing'}`, 0, program.stderr, true);
      });
      const died = program.ended.then((how) => {
        throw new Unborne(`it has ended (${how})`, bout === undefined ? 0 : bout.#served, program.stderr, true);
      });
      died.catch(() => {});
      bout = new Bout(server, load, subject.http === true, Promise.race([interrupted, died]));
      bout.#over.catch(() => {});
      await bout.#gather(length.warm);
      return await work(bout);
    } finally {
      if (bout !== undefined) await bout.#leave();
      await program.kill();
    }
  }

  /** Waits for something, unless the server dies or all shall end. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#over]);
  }

  /** Has everybody who asks ask for so long. @param milliseconds @throws Unborne when an answer is wrong */
  async part(milliseconds: number): Promise<Result> {
    const result = await this.wait(this.#runs[0]!.part({ microseconds: 1000 * milliseconds, more: true }));
    const wrong = [
      ...problems(result),
      ...result.differences,
      ...(result.partial === undefined ? [] : [result.partial]),
    ];
    if (wrong.length > 0) throw new Unborne(wrong.join('; '), this.#served, this.server.stderr, true);
    return result;
  }

  /** Ends the load, and then the server, as Ctrl-C does. What it prints last is in its `stdout`. */
  async stop(): Promise<void> {
    await this.#leave();
    await this.server.stop('SIGINT');
  }

  async #leave(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.end()));
  }

  async #gather(warm: number): Promise<void> {
    const { asking, beside } = this.#load;
    await this.#come(asking, true);
    if (warm > 0) await this.part(warm);
    if (beside !== undefined) await this.#come(beside, false);
  }

  async #come(crowd: Crowd, quiet: boolean): Promise<void> {
    const { connections, command, readRate } = crowd;
    const addresses = [{ host: this.server.host, port: this.server.port }];
    const http = this.#http;
    const settings: LoadSettings = {
      addresses,
      mode: command === undefined ? 'hold' : 'closed',
      requests: parseRequests(command ?? 'PING', http ? `${this.server.host}:${this.server.port}` : undefined),
      http,
      pipeline: 1,
      think: 0,
      ramp: 0,
      quiet,
      ...(readRate === undefined ? {} : { readRate }),
      meeting: readRate === undefined ? MEETING : SLOW_MEETING,
      patience: command === undefined ? MEETING : PATIENCE,
      detailed: false,
    };
    const before = memory(this.server.pid, 'Rss');
    const [, cpu] = processors(this.#load);
    const run = new Run(
      settings,
      plan(connections, undefined, addresses, machineLimits()),
      cpu === undefined ? undefined : [cpu],
    );
    this.#runs.push(run);
    const { connected, answered } = await this.wait(this.#meet(run));
    const served = readRate === undefined ? answered : connected;
    this.#served += served;
    if (served < connections) {
      throw new Unborne('the others wait in the backlog', this.#served, this.server.stderr, false);
    }
    this.bytesPerConnection = (memory(this.server.pid, 'Rss') - before) / connections;
  }

  /** Waits until all are met, or the server sleeps, so that those who are not never will be. */
  async #meet(run: Run): Promise<Pick<Connecting, 'connected' | 'answered'>> {
    let over = false;
    const asleep = async (): Promise<Pick<Connecting, 'connected' | 'answered'>> => {
      const stillness = new Stillness(this.server);
      for (let [before, looks] = ['', 0]; !over && looks < LOOKS; ) {
        await sleep(LOOK);
        const { connected, answered } = run.progress;
        const now = `${connected} ${answered}`;
        looks = connected > 0 && now === before && stillness.look() ? looks + 1 : 0;
        before = now;
      }
      return run.progress;
    };
    try {
      return await Promise.race([run.met(), asleep()]);
    } finally {
      over = true;
    }
  }
}

/** On which processors the server and the load run: the first two of those that this process may use; none for any. */
function processors({ allCores }: Load): readonly number[] {
  const mine = getAffinity();
  return allCores || mine.length < 2 ? [] : mine;
}
