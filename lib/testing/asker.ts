/** Clients that ask and may have to wait: who is served, who certainly is not, and who was answered before whom. */

import type { ExecutionContext } from 'ava';
import { type Client, connectTo } from './client.ts';
import { ESTABLISHED, ends, Stillness } from './kernel.ts';
import { type Server, until } from './server.ts';

/** Counts the answers that this process has seen, so that their order can be told. */
let answers = 0;

/** A client with at most one question under way. */
export class Asker {
  readonly client: Client;
  /** It has asked and has not been answered. */
  waits = false;
  /** Its last answer's place in the order of all answers that this process has seen. */
  answeredAt = 0;
  /** What came instead of an answer, if anything did: another line, or '' when the connection ended. */
  instead: string | undefined;

  constructor(client: Client) {
    this.client = client;
  }

  /** Sends a line, unless an answer is still to come. @param expected what its answer must be like */
  ask(line: string, expected: RegExp): void {
    if (this.waits) return;
    this.waits = true;
    this.#hear(this.client.send(`${line}\n`).line(), expected);
  }

  async #hear(line: Promise<string>, expected: RegExp): Promise<void> {
    const answer = await line.catch(() => '');
    if (expected.test(answer)) {
      this.answeredAt = ++answers;
      this.waits = false;
    } else {
      this.instead = answer;
    }
  }
}

/** Those who wait for an answer. @throws Error when one of them waits in vain, for something else has come */
function waiting(askers: readonly Asker[]): Asker[] {
  const those = askers.filter((asker) => asker.waits);
  for (const { instead } of those) {
    if (instead !== undefined) throw new Error(`instead of an answer came ${JSON.stringify(instead)}`);
  }
  return those;
}

/** Connects askers, one after the other. */
export async function newAskers(t: ExecutionContext, server: Server, count: number): Promise<Asker[]> {
  const askers: Asker[] = [];
  while (askers.length < count) askers.push(new Asker(await connectTo(t, server)));
  return askers;
}

/** How many of some clients have sent something that the server has not read. */
export function countUnread(server: Server, askers: readonly Asker[]): number {
  const unread = new Set(ends(server.port).flatMap((end) => (end.unread > 0 ? [end.peer] : [])));
  return askers.filter(({ client }) => unread.has(client.socket.localPort!)).length;
}

/** Those whose connection the server has not closed. */
export function stillOpen(server: Server, askers: readonly Asker[]): Asker[] {
  const open = new Set(ends(server.port).flatMap((end) => (end.state === ESTABLISHED ? [end.peer] : [])));
  return askers.filter(({ client }) => open.has(client.socket.localPort!));
}

/**
 * Has askers say PING and finds out who is served, without a time limit for those who are not: their request lies
 * unread in the kernel while every thread of the server sleeps and none runs from one look to the next. Whoever could
 * serve them would have been woken by the connection or the bytes; so nobody will, until something else happens.
 *
 * @returns those who were answered
 */
export async function served(server: Server, askers: readonly Asker[]): Promise<Asker[]> {
  for (const asker of askers) asker.ask('PING', /^PONG$/);
  const stillness = new Stillness(server);
  await until(() => {
    const rest = waiting(askers);
    return rest.length === 0 || (stillness.look() && countUnread(server, rest) === rest.length);
  }, 'every PING is answered, or lies unread while the whole server sleeps');
  return askers.filter((asker) => !asker.waits);
}

/** A third of a second or more, in which any server that is free answers a PING. */
const BURN = 'BURN 300000000';

/**
 * The same while others burn the processor: the server does not sleep then, and what counts is who is answered first.
 *
 * @param askers who asks; whoever joins is added
 * @param burners clients that have been served, and are idle or burn from an earlier call
 * @param join connects those who shall come while the others burn, the first time and once more if that proves nothing
 * @returns the askers whose PONG came before any RESULT
 */
export async function servedBeforeBurns(
  server: Server,
  askers: Asker[],
  burners: readonly Asker[],
  join: (again: boolean) => Promise<Asker[]>,
): Promise<Asker[]> {
  // A burn from an earlier call may end too soon, and who waits from an earlier call may be answered between two burns:
  // without either, those who are not answered first are blocked for certain.
  const rest = async (): Promise<void> => {
    await until(() => waiting(burners).length === 0, 'every BURN is answered');
    await served(server, askers);
  };
  if (waiting(askers).length > 0) await rest();
  let fair = waiting(burners).length === 0;
  for (let again = false; ; again = true) {
    const began = answers;
    for (const burner of burners) burner.ask(BURN, /^RESULT \d+$/);
    await until(() => countUnread(server, burners) === 0, 'every BURN is under way');
    askers.push(...(await join(again)));
    const over = (): number[] => burners.map(({ answeredAt }) => answeredAt).filter((at) => at > began);
    if (over().length > 0) fair = false; // before anybody asked
    for (const asker of askers) asker.ask('PING', /^PONG$/);
    await until(() => over().length > 0 || waiting(askers).length === 0, 'a BURN or every PING is answered');
    const end = Math.min(...over());
    const quick = askers.filter(({ waits, answeredAt }) => !waits && answeredAt < end);
    if (fair || quick.length === askers.length) return quick;
    await rest();
    fair = true;
  }
}
