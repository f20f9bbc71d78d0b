/** A client that sends timestamps by ECHO, one after another, and prints how long each was under way. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeNumber } from '../lib/program/program.ts';
import { toolCommand } from '../lib/program/tool.ts';

const NAME = 'round-trips';
const { host, port, count, interval, patience } = toolCommand(NAME, 'send timestamps by ECHO and print the round trips')
  .option('--host <host>', 'address or name of the server', '127.0.0.1')
  .option('--port <port>', 'its port', wholeNumber(1, 65_535), 8090)
  .option('--count <n>', 'how many timestamps', wholeNumber(1, 1_000_000), 10)
  .option('--interval <ms>', 'how long to pause after each', wholeNumber(0, 60_000), 100)
  .option('--patience <ms>', 'how long to wait for an answer', wholeNumber(1, 600_000), 10_000)
  .parse()
  .opts<{ host: string; port: number; count: number; interval: number; patience: number }>();

/** Ends the program: there is nothing to measure. */
function fail(message: string): never {
  process.stderr.write(`${NAME}: ${message}\n`);
  process.exit(1);
}

const milliseconds = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(3)} ms`;

const socket = connect({ host, port, noDelay: true });
socket.on('error', ({ code, message }: NodeJS.ErrnoException) =>
  fail(code === 'ECONNREFUSED' ? `${host}:${port} refuses the connection; does a server listen there?` : message),
);
await once(socket, 'connect');
socket.on('timeout', () => fail(`no answer for ${patience} ms; somebody else may be served`));

// #region trip
const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
const trips = createHistogram({ figures: 5 });
for (let i = 1; i <= count; i++) {
  const sent = `${process.hrtime.bigint()}`;
  socket.write(`ECHO ${sent}\n`);
  socket.setTimeout(patience);
  const { value: answer, done } = await answers.next();
  socket.setTimeout(0);
  if (done) fail(`the server closed the connection instead of answer ${i}`);
  if (answer !== sent) fail(`a wrong answer: sent ${JSON.stringify(sent)}, got ${JSON.stringify(answer)}`);
  const trip = process.hrtime.bigint() - BigInt(answer);
  trips.record(trip);
  console.log(`${`${i}`.padStart(`${count}`.length)}  ${milliseconds(Number(trip)).padStart(11)}`);
  if (i < count) await sleep(interval);
}
// #endregion trip

const { min, mean, max } = trips;
const [p50, p99] = [50, 99].map((share) => trips.percentile(share));
const summary = Object.entries({ min, mean, p50, p99, max }).map(([name, value]) => `${name} ${milliseconds(value!)}`);
console.log(`${count} round trips: ${summary.join(', ')}`);
socket.destroy();
