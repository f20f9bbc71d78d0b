/** One thread of the server: the chapter's, unless something is missing that every thread needs. */

import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { serve } from '../../lib/service/blocking.ts';

const { client, broken } = workerData as { client: number; broken: string };
if (existsSync(broken)) throw new Error('something is missing');
serve(client);
