/** The server of chapter 09, its loop and its service; your Alarms say when those who WAIT are woken. */

import { main } from '../../chapters/09-epoll/server.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { subject } from '../check/subject.ts';

const { Alarms } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Alarms');
// #region serve
await main(
  '09-wait',
  'serve any number of clients in one thread, with your Alarms',
  new Connections(undefined, new Alarms()),
);
// #endregion serve
