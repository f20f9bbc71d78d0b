/** Bad clients of every kind, and chapters that serve as many clients as there are descriptors, in loops. */

import { attackAll } from './hostile.ts';
import { serverChapters } from './servers.ts';

attackAll(serverChapters().filter(({ traits }) => traits.clients === 'descriptors' && traits.connection === 'nothing'));
