/** A server that is about to be treated badly, what it held before, and whether it is the same afterwards. */

import type { ExecutionContext } from 'ava';
import { hold } from '../lib/testing/client.ts';
import { members, openDescriptors, zombies } from '../lib/testing/footprint.ts';
import { settled } from '../lib/testing/kernel.ts';
import { type Server, until } from '../lib/testing/server.ts';
import type { Traits } from './chapters.ts';

export interface Victim {
  readonly server: Server;
  readonly traits: Traits;
  /** Its processes … */
  readonly pids: readonly number[];
  /** … and how many descriptors they had open, before anybody connected. */
  readonly descriptors: number;
}

/** Where fewer clients are served at a time, each of them has a worker to itself. */
const FEW = 16;

const pidsOf = (server: Server): number[] => members(server).map(({ pid }) => pid);

/** Waits until a server is all there, and looks what it holds. */
export async function prepare(traits: Traits, starting: Promise<Server>): Promise<Victim> {
  const server = await starting;
  await settled(server);
  return { server, traits, pids: pidsOf(server), descriptors: openDescriptors(server) };
}

/** A server serves as before, with every worker that it has, holds what it held and no more, and has shown no stack. */
export async function unharmed(t: ExecutionContext, { server, traits, pids, descriptors }: Victim): Promise<void> {
  const { clients } = traits;
  for (const client of await hold(t, server, typeof clients === 'number' && clients <= FEW ? clients : 1)) {
    t.is((await client.end().rest()).length, 0);
  }
  await until(
    () => openDescriptors(server) <= descriptors,
    `no more than ${descriptors} descriptors are open, as before`,
  );
  await until(() => zombies(server).length === 0, 'no zombie is left');
  await until(() => pidsOf(server).length === pids.length, `${pids.length} processes are there, as before`);
  if (traits.connection === 'nothing') t.deepEqual(pidsOf(server), pids, 'the same processes');
  const stack = server.stderr.filter((line) => /^\s+at |Error/.test(line));
  t.deepEqual(stack, [], 'no stack trace');
}
