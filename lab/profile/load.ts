/** The load under which a server is profiled: that of `lab load`, in a closed loop. */

import { machineLimits, plan, raiseDescriptorLimit } from '../load/limits.ts';
import { parseRequests } from '../load/requests.ts';
import { Run } from '../load/run.ts';
import type { Options } from './options.ts';

/** When nobody is answered for so long, the load gives up; in microseconds. */
const PATIENCE = 10_000_000;
/** When nobody new is answered for so long, it begins without the others; in microseconds. */
const MEETING = 500_000;

/** Who asks, and what. */
type Asking = Pick<Options, 'connections' | 'command' | 'http'>;

/** Starts it; it goes on until it is told to stop. @throws NotEnough, SystemError, NoSuchCommand */
export function startLoad({ connections, command, http }: Asking, host: string, port: number): Run {
  const addresses = [{ host, port }];
  const divided = plan(connections, undefined, addresses, machineLimits());
  raiseDescriptorLimit();
  const requests = parseRequests(command, http ? `${host}:${port}` : undefined);
  const closed = {
    mode: 'closed',
    pipeline: 1,
    think: 0,
    ramp: 0,
    patience: PATIENCE,
    detailed: false,
    quiet: false,
    meeting: MEETING,
  } as const;
  return new Run({ ...closed, addresses, requests, http }, divided, undefined);
}
