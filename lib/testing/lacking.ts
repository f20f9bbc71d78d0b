/** Machines that lack something: the words that run a command there, for `by` of a program that a test starts. */

import { spawnSync } from 'node:child_process';

/** Where the kernel refuses a system call, as an older one or a container's filter does. @param errno its name */
export function refusing(
  call: 'io_uring_setup' | 'io_uring_enter' | 'io_uring_register' | 'openat2',
  errno: string,
): string[] {
  return [process.execPath, '--import', 'tsx', 'lib/testing/refuse.ts', call, errno];
}

/** Where nothing is mounted at /proc; undefined for whoever may not make such a place. */
export function withoutProc(): string[] | undefined {
  const words = ['unshare', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
  return spawnSync(words[0]!, [...words.slice(1), 'true']).status === 0 ? words : undefined;
}
