/** Small writes: how long a request takes that is written in pieces, and in how many segments it goes, told by the kernel. */

import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { Connection, type Exchange, inWords, type Way, ways } from './exchange.ts';

const NAME = 'nagle';
/** Requests, as the lengths of their pieces in bytes. */
const inTwo = (): readonly number[] => [40, 60];
const inEight = (): readonly number[] => Array<number>(8).fill(12);
const fullFirst = ({ full }: Connection): readonly number[] => [full, 60];
/** A cork that nobody pulls takes so long each time that a few are enough. */
const FEW = 5;

const { requests, json } = toolCommand(NAME, 'show what becomes of small writes')
  .option('--requests <n>', 'how many of each kind are sent', wholeNumber(5, 1000), 20)
  .option('--json', 'print what was measured as JSON', false)
  .parse()
  .opts<{ requests: number; json: boolean }>();

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** A kind of request, as it went most of the time. */
export interface Row {
  readonly name: string;
  /** Segments with bytes from the client, and acknowledgements without bytes from the server, for a request. */
  readonly segments: number;
  readonly acknowledgements: number;
  /** Until the server had read it all, in milliseconds. */
  readonly took: number;
}

/** What --json prints. */
export interface Measured {
  readonly two: readonly Row[];
  readonly eight: readonly Row[];
  /** How long the first two requests of a new connection took, in milliseconds. */
  readonly first: number;
  readonly second: number;
}

// #region certain
/** Sends requests on a connection whose server delays its acknowledgements for certain, or for certain does not. */
function run(way: Way, count: number, pieces: (connection: Connection) => readonly number[]): Exchange[] {
  const connection = new Connection();
  way.prepare?.(connection);
  const exchanges = Array.from({ length: count }, () => {
    connection.pace(way.quick === true);
    return connection.exchange(way, pieces(connection));
  });
  connection.close();
  return exchanges;
}
// #endregion certain

function summary(name: string, exchanges: readonly Exchange[]): Row {
  return {
    name,
    segments: median(exchanges.map(({ before, after }) => after.sent - before.sent)),
    acknowledgements: median(exchanges.map(({ before, after }) => after.acknowledgements - before.acknowledgements)),
    took: median(exchanges.map(({ took }) => took)),
  };
}

/** The first two requests of new connections, whose servers were told nothing. */
function beginnings(): number[] {
  const times: number[][] = [[], []];
  for (let i = 0; i < FEW; i++) {
    const connection = new Connection();
    for (const row of times) row.push(connection.exchange(ways.plain, inTwo()).took);
    connection.close();
  }
  return times.map(median);
}

if (!json) {
  console.log(
    'A client sends requests of 100 bytes in two writes, 40 and 60, and waits for each answer. It and its server',
  );
  console.log('are this one thread: whatever waits between them waits in the kernel, which TCP_INFO asks.\n');
}
const plain = run(ways.plain, requests, inTwo);
// One at whose middle the look came in time, and not after the delay was over.
const shown = plain.find(({ until, middle }, i) => i >= 2 && until < middle.delay / 2) ?? plain[2]!;
const two = [
  summary(ways.plain.name, plain),
  ...[ways.nodelay, ways.cork, ways.writev, ways.quick].map((way) => summary(way.name, run(way, requests, inTwo))),
  summary(ways.forgotten.name, run(ways.forgotten, FEW, inTwo)),
  summary('a full segment, then a small write', run(ways.plain, requests, fullFirst)),
];
const eight = [ways.plain, ways.nodelay, ways.cork, ways.writev].map((way) =>
  summary(way.name, run(way, requests, inEight)),
);
const [first = 0, second = 0] = beginnings();

function tell({ before, middle, come, took }: Exchange): void {
  const segments = (count: number): string => `${count} ${count === 1 ? 'segment' : 'segments'}`;
  const acknowledged = (look: typeof middle, from: typeof middle): string => {
    const count = look.acknowledgements - from.acknowledgements;
    return count === 0 ? 'no acknowledgement' : count === 1 ? '1 acknowledgement' : `${count} acknowledgements`;
  };
  console.log('Both writes have returned, and the server has read what came first:');
  console.log(`  the client has sent ${segments(middle.sent - before.sent)}, and holds ${middle.unsent} bytes back`);
  console.log(`  the server has got ${segments(middle.come - before.come)}, and sent ${acknowledged(middle, before)}`);
  console.log(`  it may keep the client waiting for ${middle.delay} ms (tcpi_ato)`);
  console.log(`${inWords(took)} after the first write the rest has come to it:`);
  const freed = come.acknowledgements - before.acknowledgements > 1 ? 'the first of which' : 'which';
  console.log(`  the server has sent ${acknowledged(come, before)} and no byte, ${freed} let the rest go`);
  console.log(`  the client has sent ${segments(come.sent - before.sent)}, and holds ${come.unsent} bytes back\n`);
}

function print(title: string, rows: readonly Row[]): void {
  console.log(`${title.padEnd(36)}segments  bare acks  until it is read`);
  for (const { name, segments, acknowledgements, took } of rows) {
    const numbers = `${segments}`.padStart(8) + `${acknowledgements}`.padStart(11) + inWords(took).padStart(18);
    console.log(name.padEnd(36) + numbers);
  }
  console.log();
}

if (json) console.log(JSON.stringify({ two, eight, first, second } satisfies Measured));
else {
  tell(shown);
  print('a request in two pieces', two);
  print('a request in eight pieces', eight);
  console.log(
    `On new connections whose servers were told nothing, the first request takes ${inWords(first)}, the second ${inWords(second)}.`,
  );
}
