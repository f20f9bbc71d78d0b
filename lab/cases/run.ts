/** Runs a case: servers, clients that all connect and then all ask, and a look at what has become of them. */

import { getDescriptorLimit } from '../../lib/sys/resources.ts';
import { listening, Program, type Server } from '../../lib/testing/server.ts';
import { machineLimits, OWN_DESCRIPTORS, plan } from '../load/limits.ts';
import { isReason } from '../load/reason.ts';
import { parseRequests } from '../load/requests.ts';
import type { Result } from '../load/result.ts';
import { type Load, Run } from '../load/run.ts';
import { count, many } from '../load/units.ts';
import type { Case, Fates } from './matrix.ts';

/** What a case has shown. */
export interface Outcome {
  readonly clients: number;
  readonly servers: number;
  readonly expected: Fates;
  readonly seen: Fates;
  /** Whether the servers answer others afterwards. */
  readonly alive: boolean;
  /** What the servers have said on standard error. */
  readonly said: readonly string[];
  readonly result: Result;
}

/** A case could not be run, or not to its end. */
export class NotRun extends Error {}

/** When nobody has been answered for so long, those who are not never will be; in microseconds. */
const MEETING = 30e6;
/** The same for those for whom there shall be no place; and for the answers that are under way in the end. */
const [LATE, PATIENCE] = [5e6, 10e6];
/** A server has so long to start, in milliseconds. */
const START = 60_000;
/** No more servers are started. */
const MOST_SERVERS = 64;
/** A client who is sent away sees one of these. */
const SENT_AWAY = /closed by the server|ECONNRESET|EPIPE/;

/**
 * Runs a case.
 *
 * @param duration how long all ask, in milliseconds
 * @param interrupted rejects with Interrupted when all shall end
 * @throws NotRun @throws Interrupted
 */
export async function runCase(one: Case, duration: number, interrupted: Promise<never>): Promise<Outcome> {
  const programs: Program[] = [];
  const runs: Run[] = [];
  try {
    for (let i = serversFor(one); i > 0; i--)
      programs.push(new Program(one.path, { args: ['--port', '0', ...one.args], loader: 'tsx' }));
    const dying = programs.map(async (program) => {
      const how = await program.ended;
      throw new NotRun(`a server has ended (${how})${program.stderr.map((line) => `: ${line}`).join('')}`);
    });
    const over = Promise.race([interrupted, ...dying]);
    over.catch(() => {});
    const servers = await Promise.race([over, Promise.all(programs.map(started))]);
    const clients = one.clients(servers[0]!);
    const expected = one.expected(servers[0]!, clients);
    const begin = (connections: number, more: Partial<Load>): Run => {
      const run = load(servers, connections, more);
      runs.push(run);
      return run;
    };

    const run = begin(clients, { quiet: true, detailed: true });
    const { answered } = await Promise.race([over, run.met()]);
    const late = one.more > 0 ? begin(one.more, { mode: 'hold', patience: LATE, detailed: true }) : undefined;
    const served = answered + (late === undefined ? 0 : (await Promise.race([over, late.met()])).answered);
    const part = { microseconds: 1000 * duration, more: true };
    const result = await Promise.race([over, run.part(part)]);
    late?.stop();
    const rest = await late?.result();
    await run.end();
    const after = begin(servers.length, { each: 1 });
    const { requests } = await Promise.race([over, after.result()]);
    return {
      clients: clients + one.more,
      servers: servers.length,
      expected,
      seen: fates(result, served, clients + one.more),
      alive: requests === servers.length,
      said: programs.flatMap(({ stderr }) => stderr),
      result: { ...result, rows: [...(result.rows ?? []), ...(rest?.rows ?? [])] },
    };
  } catch (error) {
    throw isReason(error) ? new NotRun(error.message) : error;
  } finally {
    await Promise.all(runs.map((run) => run.end()));
    await Promise.all(programs.map((program) => program.kill()));
  }
}

/** Waits until a server listens. @throws NotRun */
async function started(program: Program): Promise<Server> {
  try {
    return await listening(program, START);
  } catch (error) {
    throw new NotRun(program.stderr.at(-1) ?? (error as Error).message);
  }
}

/** How many servers a case takes. @throws NotRun where this machine has not descriptors enough */
function serversFor({ about, several }: Case): number {
  const { hard } = getDescriptorLimit();
  const each = hard - OWN_DESCRIPTORS;
  const needed = Math.ceil(about / each);
  if (needed <= (several ? MOST_SERVERS : 1)) return needed;
  const most = several ? `${MOST_SERVERS} servers` : 'one server';
  throw new NotRun(
    `${many(about, 'client')} are too many for ${most}: a process may have ${count(hard)} descriptors (ulimit -Hn)`,
  );
}

function load(servers: readonly Server[], connections: number, more: Partial<Load>): Run {
  const addresses = servers.map(({ host, port }) => ({ host, port }));
  const settings: Load = {
    addresses,
    mode: 'closed',
    requests: parseRequests('PING'),
    http: false,
    pipeline: 1,
    think: 0,
    ramp: 0,
    quiet: false,
    meeting: MEETING,
    patience: PATIENCE,
    detailed: false,
    ...more,
  };
  return new Run(settings, plan(connections, undefined, addresses, machineLimits()), undefined);
}

/** What has become of clients. */
function fates({ errors, differences, partial }: Result, served: number, clients: number): Fates {
  if (differences.length > 0) throw new NotRun(`a wrong answer: ${differences[0]}`);
  let refused = 0;
  for (const [what, times] of errors) {
    if (!SENT_AWAY.test(what)) throw new NotRun(`${what} ${count(times)}×`);
    refused += times;
  }
  if (partial !== undefined && !partial.startsWith('no answer for')) throw new NotRun(partial);
  return { served, refused, waiting: clients - served - refused };
}
