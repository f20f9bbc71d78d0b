/** What the experiments have in common: a chapter's programs, clients that talk to them, and whether an answer comes. */

import { Talk } from '../../exercises/check/talk.ts';
import { Trouble } from '../../exercises/check/trouble.ts';
import { listening, Program, type Server, type StartOptions } from '../../lib/testing/server.ts';
import { Traced } from '../../lib/testing/traced.ts';

/** A program of a chapter: its server where none is named. @param name as in `09-epoll`, or `12-coroutines/guess` */
function pathOf(name: string): string {
  return `chapters/${name.includes('/') ? name : `${name}/server`}.ts`;
}

/**
 * Starts a chapter's server, lets somebody talk to it, and ends it, whatever happens.
 *
 * @param name as in `09-epoll`, or `12-coroutines/guess`
 * @param interrupted rejects when somebody wants no more
 */
export async function withServer<What>(
  name: string,
  interrupted: Promise<never>,
  work: (talk: Talk, server: Server) => Promise<What>,
  { args = [], ...options }: StartOptions = {},
): Promise<What> {
  const program = new Program(pathOf(name), { ...options, args: ['--port', '0', ...args] });
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
  const traced = await Traced.launch(pathOf(name));
  const talk = new Talk(traced.server);
  try {
    return await Promise.race([work(talk, traced), interrupted]);
  } finally {
    talk.close();
    await traced.kill();
  }
}

/** Runs a program to its end. @param name as in `17-sendfile/copies` @returns its lines @throws Error when it fails */
export async function printed(
  name: string,
  interrupted: Promise<never>,
  args: readonly string[],
): Promise<readonly string[]> {
  const program = new Program(pathOf(name), { args });
  try {
    const how = await Promise.race([program.ended, interrupted]);
    if (how !== 0) throw new Error(program.stderr[0] ?? `${name} ended (${how})`);
    return program.stdout;
  } finally {
    await program.kill();
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
