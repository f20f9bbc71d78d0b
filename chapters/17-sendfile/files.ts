/** Files over HTTP: one loop for all clients, and each file sent by read and write, by sendfile, or by splice. */

import { constants, existsSync } from 'node:fs';
import { Option } from 'commander';
import { Reactor } from '../../lib/loop/reactor.ts';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { ENOSYS, EPERM, SystemError } from '../../lib/sys/errors.ts';
import { AT_FDCWD, O_PATH, openat } from '../../lib/sys/file.ts';
import { close, O_CLOEXEC } from '../../lib/sys/io.ts';
import { openBeneath, walkBeneath } from './beneath.ts';
import { Connection } from './connection.ts';
import { type Open, Site } from './site.ts';
import { ways } from './ways.ts';

const NAME = '17-sendfile files';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly root: string;
  readonly with: keyof typeof ways;
  readonly walk: boolean;
}

const options = serverCommand(NAME, 'serve the files below a directory over HTTP')
  .option('--root <directory>', 'what is served', '.')
  .addOption(
    new Option('--with <way>', 'how the bytes of a file get to the socket')
      .choices(Object.keys(ways))
      .default('sendfile'),
  )
  .option('--walk', 'follow paths step by step, as where the kernel has no openat2', false)
  .parse()
  .opts<Options>();

/** Opens the directory that is served. What stands in the way ends the process with one line. */
function openRoot(path: string): number {
  const root = openat(AT_FDCWD, Buffer.from(path), O_PATH | constants.O_DIRECTORY | O_CLOEXEC);
  if (root >= 0) return root;
  console.error(`${NAME}: ${new SystemError(root, 'open', path).message}`);
  process.exit(1);
}

/** A file that was found is opened to be read by way of /proc; without that all would be 404. */
function needProc(): void {
  if (existsSync('/proc/self/fd')) return;
  console.error(`${NAME}: there is no /proc here, through which files are opened that were found`);
  process.exit(1);
}

/** How paths are followed: by openat2, or where the kernel or a container refuses it, step by step. */
function chooseOpen(root: number): Open {
  if (options.walk) return walkBeneath;
  const fd = openBeneath(root, []);
  if (fd >= 0) close(fd);
  if (fd !== -ENOSYS && fd !== -EPERM) return openBeneath;
  console.error(`${NAME}: there is no openat2 here; symbolic links are not followed`);
  return walkBeneath;
}

needProc();
const root = openRoot(options.root);
const site = new Site(root, chooseOpen(root));
const listener = await openServer(NAME, options, { nonblocking: true });
const begin = ways[options.with];

// #region loop
const reactor = new Reactor();

function listen(): void {
  reactor.handle(listener, {
    readable() {
      if (acceptAll(listener, (fd) => new Connection(reactor, fd, site, begin))) return;
      reactor.release(listener); // out of descriptors: do not spin
      reactor.after(ACCEPT_PAUSE, listen);
    },
  });
}

listen();
dieOnSignals();
announce(NAME, listener);
reactor.run();
// #endregion loop
