/** Bad clients of every kind, and chapters that serve a number of clients at a time, each with all that a worker has. */

import { attackAll } from './hostile.ts';
import { serverChapters } from './servers.ts';

attackAll(serverChapters().filter(({ traits }) => traits.clients !== 'descriptors' || traits.connection !== 'nothing'));
