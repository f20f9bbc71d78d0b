/** One more thread of the coroutine server, with a listener of its own. */

import { workerData } from 'node:worker_threads';
import { converse } from './converse.ts';
import { serve } from './serve.ts';

serve(workerData as number, converse);
