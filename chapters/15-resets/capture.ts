/** The segments with which connections end, as tcpdump sees them on the loopback. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { machine } from '../../lib/program/machine.ts';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { close } from '../../lib/sys/io.ts';
import { connect, openListener, SOCK_CLOEXEC, SOCK_STREAM, socket } from '../../lib/sys/socket.ts';
import * as e from './endings.ts';

const { port, save } = toolCommand('capture', 'show the segments with which connections end; needs tcpdump, as root')
  .option('--port <port>', 'of the peer', wholeNumber(1, 65_535), 8091)
  .option('--save', 'write them into segments.md as well', false)
  .parse()
  .opts<{ port: number; save: boolean }>();

const ENDINGS: readonly (readonly [string, (both: e.Connection) => void])[] = [
  ['The peer closes, then this side', e.closed],
  ['The peer closes, and is written to all the same', e.closedAndWrittenTo],
  ['The peer closes with unread bytes', e.closedUnread],
  ['The peer resets', e.reset],
];
const TITLES = ['Nobody listens', ...ENDINGS.map(([title]) => title)];
/** How long an acknowledgement may be put off, in milliseconds, and more. */
const DELAYED = 500;
/** What tcpdump has not shown after so many milliseconds it will not show. */
const PATIENCE = 10_000;
let tcpdump: ChildProcessWithoutNullStreams | undefined;

/** One line, and status 1; and no tcpdump is left behind. */
function fail(message: string): never {
  tcpdump?.kill();
  console.error(`capture: ${message}`);
  process.exit(1);
}

/** Starts tcpdump on the loopback. @returns what it prints, once it captures */
async function startTcpdump(): Promise<Interface> {
  // No names, no times; each segment at once, and each line; of each no more than its head, so that there is room for all.
  const words = ['-i', 'lo', '-n', '-t', '--immediate-mode', '-l', '-s', '128'];
  tcpdump = spawn('tcpdump', [...words, `tcp port ${port} or udp port ${port}`]);
  let said = '';
  tcpdump.on('error', () => fail('there is no tcpdump here; on Debian: apt-get install tcpdump'));
  tcpdump.on('close', () => fail(said.trim().replace(/\s*\n\s*/g, ' '))); // as when it has no right to capture
  while (!/^listening on/m.test(said)) {
    const [chunk] = (await once(tcpdump.stderr, 'data')) as [Buffer];
    said += chunk;
  }
  return createInterface({ input: tcpdump.stdout });
}

/** Ends connections in each way, with a datagram behind the last one. */
async function end(): Promise<void> {
  const refused = connect(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), { host: '127.0.0.1', port });
  if (refused === 0) fail(`port ${port} is in use; see --port`);
  const listener = openListener({ host: '127.0.0.1', port });
  for (const [, ending] of ENDINGS) {
    const both = e.connection(listener);
    ending(both);
    close(both.ours);
  }
  await sleep(DELAYED);
  const datagram = createSocket('udp4');
  datagram.send('', port, '127.0.0.1', () => datagram.close());
}

const late = setTimeout(() => fail(`tcpdump has not seen these segments within ${PATIENCE / 1000} seconds`), PATIENCE);
const lines = await startTcpdump();
end().catch((error: Error) => fail(error.message));
/** By the port of this side: the lines of its connection. */
const segments = new Map<string, string[]>();
for await (const line of lines) {
  const [, from = '', to = '', udp] = /^IP [\d.]+\.(\d+) > [\d.]+\.(\d+): (UDP)?/.exec(line) ?? [];
  if (udp !== undefined) break;
  const ours = from === `${port}` ? to : from;
  segments.set(ours, [...(segments.get(ours) ?? []), line.replace(/, options \[[^\]]*\]/, '')]);
}
clearTimeout(late);
tcpdump?.removeAllListeners('close').kill();

const texts = [...segments.values()].map((each, i) => `${TITLES[i]}:\n\n${each.map((line) => `  ${line}\n`).join('')}`);
const text = `This side has the higher port, the peer ${port}. The options of each segment are left out.\n\n${texts.join('\n')}`;
console.log(text);
if (save) {
  const source = `*${machine}; tcpdump on the loopback, by \`npx tsx chapters/15-resets/capture.ts\`.*`;
  writeFileSync(new URL('./segments.md', import.meta.url), `\`\`\`text\n${text}\`\`\`\n\n${source}\n`);
}
