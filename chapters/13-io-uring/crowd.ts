/** A crowd of clients for a server of this workshop: all connect, all are answered, and all stay for a while. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Watch } from '../../lib/program/acceptor.ts';
import { startChild } from '../../lib/program/launch.ts';
import { descriptorLimit } from '../../lib/program/places.ts';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';

/** From one address to another there are 28,232 ports by default (net.ipv4.ip_local_port_range). */
const PORTS = 15_000;
/** What a process has open beside its clients. */
const OWN = 64;

const { clients, port, seconds } = toolCommand(
  'crowd',
  'connect many clients to a server, and have each of them answered',
)
  .option('--clients <n>', 'how many', wholeNumber(1, 1_000_000), 60_000)
  .option('--port <port>', 'where the server listens, on 127.0.0.1', wholeNumber(1, 65_535), 8090)
  .option('--seconds <n>', 'how long they stay', wholeNumber(0, 3600), 10)
  .parse()
  .opts<{ clients: number; port: number; seconds: number }>();

const most = Math.min(PORTS, descriptorLimit() - OWN);
const processes = Math.ceil(clients / most);
const share = Math.ceil(clients / processes);
console.log(`${clients.toLocaleString('en')} clients, in ${processes} ${processes === 1 ? 'process' : 'processes'}`);

/** Starts a process with some of them. @returns how many were answered, and how to let them go */
async function start(i: number): Promise<{ answered: number; leave: () => Promise<unknown> }> {
  const [mine, theirs] = openSocketpair(SOCK_STREAM);
  const count = Math.min(share, clients - i * share);
  const words = [`127.0.0.${i + 2}`, String(port), String(count)];
  const child = startChild(new URL('./clients.ts', import.meta.url), words, [theirs]);
  const ended = once(child, 'exit');
  close(theirs);
  const watch = new Watch(mine);
  await watch.readable();
  const answer = Memory.allocate(16);
  const length = read(mine, answer, 0, 16); // none when it failed, which it has said itself
  watch.close();
  const leave = (): Promise<unknown> => {
    close(mine);
    return ended;
  };
  return { answered: Number(answer.bytes.toString('latin1', 0, Math.max(0, length))), leave };
}

const crowd = await Promise.all(Array.from({ length: processes }, (_, i) => start(i)));
const answered = crowd.reduce((sum, some) => sum + some.answered, 0);
if (answered < clients) {
  console.log(`${answered.toLocaleString('en')} of them have been answered`);
  process.exitCode = 1;
} else {
  console.log(`each of them has been answered; they stay for ${seconds} s`);
  await sleep(1000 * seconds);
}
await Promise.all(crowd.map(({ leave }) => leave()));
