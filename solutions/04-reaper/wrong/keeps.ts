/** Reaps the children, and keeps a descriptor of every connection. @diagnosis copy-kept */

import type { ChildProcess } from 'node:child_process';
import { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  const acceptor = new Acceptor(listener);
  for (;;) start(await acceptor.accept());
}
