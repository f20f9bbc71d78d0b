/** The race: every racer under every load, as far as it bears it, in interleaved rounds. */

import { type Load, Unborne } from './bout.ts';
import { type Calls, countCalls } from './calls.ts';
import { type Measurement, measure } from './measure.ts';
import { omission, type Racer } from './racers.ts';
import type { End, Entry } from './results.ts';
import { connectionsOf, describeLoad, type Scenario } from './scenarios.ts';

/** Above it threads and processes take minutes to start, so that is done once. */
const MANY = 100;
/** How long the calls are counted, and asked for before that, in milliseconds. */
const COUNTED = { warm: 300, measured: 500 };

/** How a race is run. */
export interface Rules {
  readonly racers: readonly Racer[];
  readonly scenarios: readonly Scenario[];
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** In milliseconds. */
  readonly warm: number;
  readonly duration: number;
  /** Rejects with Interrupted when all shall end. */
  readonly interrupted: Promise<never>;
  /** Is told of each step. */
  readonly begin: (text: string) => void;
  /** Is told of a server that died, or answered wrongly. */
  readonly complain: (line: string) => void;
}

/** An entry while it is measured. */
export interface Lane {
  readonly racer: Racer;
  readonly options: readonly string[];
  readonly scenario: Scenario;
  readonly load: Load;
  readonly measurements: Measurement[];
  calls?: Calls;
  end?: End;
}

/** A race that runs. */
export class Course {
  /** All that have been tried so far, or will not be. */
  readonly lanes: Lane[] = [];
  readonly #rules: Rules;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** How many measurements there are at most, those of the calls included. */
  get steps(): number {
    return this.#loads().length * this.#rules.racers.length * (this.#rules.rounds + 1);
  }

  #loads(): { scenario: Scenario; load: Load }[] {
    const { scenarios, sizes } = this.#rules;
    return scenarios.flatMap((scenario) => scenario.loads(sizes).map((load) => ({ scenario, load })));
  }

  /** Runs to the end. @throws Interrupted; what was measured until then is in `lanes` */
  async run(): Promise<void> {
    await this.#explore();
    for (let round = 2; round <= this.#rules.rounds; round++) {
      for (const lane of this.lanes) {
        if (lane.end === undefined && !isHeavy(lane)) await this.#measure(lane, round);
      }
    }
  }

  /** The first round, in which each goes as far as it bears, and calls are counted. */
  async #explore(): Promise<void> {
    for (const { scenario, load } of this.#loads()) {
      for (const racer of this.#rules.racers) {
        if (racer.pingOnly && load.asking.command !== 'PING') continue;
        for (const options of racer.options(connectionsOf(load))) {
          const lane: Lane = { racer, options, scenario, load, measurements: [] };
          if (this.#hasEnded(lane)) continue;
          this.lanes.push(lane);
          const omitted = omission(racer, connectionsOf(load));
          if (omitted === undefined) await this.#measure(lane, 1);
          else lane.end = { said: omitted, failure: false };
          if (lane.end === undefined) await this.#count(lane);
        }
      }
    }
  }

  /** Whether these options have come to their limit with so many connections, or fewer. */
  #hasEnded({ racer, options, load }: Lane): boolean {
    return this.lanes.some(
      (other) =>
        other.racer === racer &&
        (`${other.options}` === `${options}` || isHeavy(other)) &&
        other.end !== undefined &&
        !other.end.failure &&
        connectionsOf(other.load) <= connectionsOf(load),
    );
  }

  async #measure(lane: Lane, round: number): Promise<void> {
    const { warm, duration, interrupted, rounds } = this.#rules;
    this.#begin(lane, `round ${round} of ${rounds}`);
    try {
      lane.measurements.push(await measure(subjectOf(lane), lane.load, { warm, measured: duration, interrupted }));
    } catch (error) {
      const { served, said, failure, message } = this.#unborne(lane, error);
      lane.end = { served, said: said.at(-1) ?? message, failure };
    }
  }

  async #count(lane: Lane): Promise<void> {
    const { calls: by } = lane.racer;
    this.#begin(lane, `system calls, by ${by}`);
    try {
      const { interrupted } = this.#rules;
      const calls = await countCalls(subjectOf(lane), lane.load, { ...COUNTED, interrupted }, by);
      if (calls !== undefined) lane.calls = calls;
    } catch (error) {
      this.#unborne(lane, error); // it is measured all the same
    }
  }

  /** Why a server has not borne a load; a failure is told at once. @throws what is no such reason */
  #unborne(lane: Lane, error: unknown): Unborne {
    if (!(error instanceof Unborne)) throw error;
    if (error.failure) this.#rules.complain(`${nameOf(lane)}, ${this.#words(lane)}: ${error.message}`);
    return error;
  }

  #begin(lane: Lane, what: string): void {
    this.#rules.begin(`${what}: ${nameOf(lane)}, ${this.#words(lane)}`);
  }

  #words({ scenario, load }: Lane): string {
    return `${scenario.name}, ${describeLoad(load)}`;
  }
}

/** Whether threads or processes are started for the connections, many of them. */
function isHeavy({ racer, load }: Lane): boolean {
  return racer.connection !== 'nothing' && connectionsOf(load) > MANY;
}

/** A racer, with the options that it has only for some loads. */
function nameOf({ racer, options }: Lane): string {
  return options.length === 0 || racer.name.endsWith(options.join(' '))
    ? racer.name
    : `${racer.name} ${options.join(' ')}`;
}

function subjectOf({ racer, options }: Lane): typeof racer.subject {
  return { ...racer.subject, args: options };
}

/** What was measured in a lane. */
export function entryOf({ racer, options, scenario, load, measurements, calls, end }: Lane): Entry {
  return {
    racer: racer.name,
    options,
    scenario: scenario.name,
    load,
    measurements,
    ...(calls === undefined ? {} : { calls }),
    ...(end === undefined ? {} : { end }),
  };
}
