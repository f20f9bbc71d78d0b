/** One thread of the server: serves the connection that it was handed, and ends. */

import { workerData } from 'node:worker_threads';
import { serve } from '../../lib/service/blocking.ts';

// #region thread
serve(workerData as number); // the threads of a process share its descriptors, so a number is enough
// #endregion thread
