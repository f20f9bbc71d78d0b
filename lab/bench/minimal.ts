/** The shortest epoll server in C, compiled, for whoever measures beside it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Subject } from '../race/bout.ts';

/** The C server; nothing where there is no compiler, and a line that says so. It is deleted when this process ends. */
export function minimalC(): Subject[] {
  const scratch = mkdtempSync(join(tmpdir(), 'sockets-bench-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const binary = join(scratch, 'epoll');
  try {
    const source = fileURLToPath(new URL('./epoll.c', import.meta.url));
    execFileSync('cc', ['-O2', '-o', binary, source], { stdio: 'pipe' });
  } catch (error) {
    console.error(`no C server beside the others: ${(error as Error).message.split('\n')[0]}`);
    return [];
  }
  return [{ name: 'C, epoll, no parser', path: binary, native: true }];
}
