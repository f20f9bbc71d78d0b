/** The server of chapter 08, its loop and its service; your PollList is what poll is handed. */

import { serve } from '../../chapters/08-poll/server.ts';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { subject } from '../check/subject.ts';
import { measure } from './measure.ts';

const NAME = '08-compact';
const options = serverCommand(NAME, 'serve any number of clients in one thread, with poll and your PollList')
  .option('--measure', 'before it serves, say how long remove() takes')
  .parse()
  .opts<{ host: string; port: number; measure?: true }>();
const { PollList } = await subject<typeof import('./starter.ts')>(import.meta.url, 'PollList');

/** Your list, and a look at what is left whenever a descriptor is taken out. */
class Watched extends PollList {
  #complained = false;

  override remove(fd: number): void {
    const before = this.length;
    super.remove(fd);
    if (this.length === before - 1 || this.#complained) return;
    this.#complained = true;
    console.error(`remove(${fd}): the list had ${before} entries, and has ${this.length} now`);
  }
}

const listener = await openServer(NAME, options, { nonblocking: true });
if (options.measure) console.log(measure(PollList));
dieOnSignals();
announce(NAME, listener);
// #region serve
serve(listener, new Connections(), new Watched());
// #endregion serve
