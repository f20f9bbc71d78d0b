/** The reactor of chapter 11, and its threads, to which your Pool hands out the work. */

import { main } from '../../chapters/11-reactor/server.ts';
import { subject } from '../check/subject.ts';
import { Burners } from './burners.ts';

const { Pool } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Pool');
// #region serve
await main('11-offload', 'serve many clients in one thread, and compute where your Pool says', async (threads) => {
  const burners = await Burners.start(threads);
  const pool = new Pool(burners);
  return {
    results: burners.socket,
    burn: (rounds, done) => pool.burn(rounds, done),
    collect: () => pool.collect(),
  };
});
// #endregion serve
