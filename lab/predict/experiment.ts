/** What the experiments have in common: a chapter's server, clients that talk to it, and whether an answer comes. */

import { Talk } from '../../exercises/check/talk.ts';
import { Trouble } from '../../exercises/check/trouble.ts';
import { listening, Program, type Server, type StartOptions } from '../../lib/testing/server.ts';
import { Traced } from '../../lib/testing/traced.ts';

/**
 * Starts a chapter's server, lets somebody talk to it, and ends it, whatever happens.
 *
 * @param name as in `09-epoll`
 * @param interrupted rejects when somebody wants no more
 */
export async function withServer<What>(
  name: string,
  interrupted: Promise<never>,
  work: (talk: Talk, server: Server) => Promise<What>,
  { args = [], ...options }: StartOptions = {},
): Promise<What> {
  const program = new Program(`chapters/${name}/server.ts`, { ...options, args: ['--port', '0', ...args] });
  let talk: Talk | undefined;
  try {
    const server = await Promise.race([listening(program), interrupted]);
    talk = new Talk(server);
    return await Promise.race([work(talk, server), interrupted]);
  } finally {
    talk?.close();
    await program.kill();
  }
}

/** The same with a server whose system calls are recorded. */
export async function withTrace<What>(
  name: string,
  interrupted: Promise<never>,
  work: (talk: Talk, traced: Traced) => Promise<What>,
): Promise<What> {
  const traced = await Traced.launch(`chapters/${name}/server.ts`);
  const talk = new Talk(traced.server);
  try {
    return await Promise.race([work(talk, traced), interrupted]);
  } finally {
    talk.close();
    await traced.kill();
  }
}

/** Whether something comes that a client expects. That nothing will is told by the kernel, not by a clock. */
export async function happens(expected: Promise<void>, talk: Talk): Promise<boolean> {
  try {
    await expected;
    return true;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    talk.note('', '', error.message.split('\n').at(-1));
    return false;
  }
}
