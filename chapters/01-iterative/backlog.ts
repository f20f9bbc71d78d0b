/** The backlog, when nobody accepts: who is connected, who is not, and when those who are not try again. */

import { readFileSync } from 'node:fs';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { check, EINPROGRESS } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { nanosleep } from '../../lib/sys/process.ts';
import * as s from '../../lib/sys/socket.ts';

/** How long after the first client that finds the queue full the second one comes, in milliseconds: their SYNs shall not meet. */
const APART = 250;
/** When to stop watching in any case, in milliseconds: the last client has tried again twice long before. */
const END = 10_000;

const { backlog } = toolCommand('backlog', 'show what becomes of clients while nobody accepts')
  .option('--backlog <n>', "the listener's bound", wholeNumber(0, 100), 3)
  .parse()
  .opts<{ backlog: number }>();
const ESTABLISHED = '01';
const LISTEN = '0A';
const NAMES: Readonly<Record<string, string>> = { [ESTABLISHED]: 'ESTABLISHED', '02': 'SYN_SENT' };

const began = performance.now();
const listener = s.openListener({ host: '127.0.0.1', port: 0 }, { backlog });
const address = s.getsockname(listener);
const port = portOf(listener);
const ping = Memory.allocate(5);
ping.bytes.write('PING\n');

function say(text: string, at = performance.now()): void {
  console.log(`${((at - began) / 1000).toFixed(2)} s  ${text}; ${queued()} in the queue`);
}

/** One that connects without blocking, and says PING as soon as it can. */
class Client {
  readonly #name: string;
  readonly #fd = check(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK | s.SOCK_CLOEXEC, 0), 'socket');
  readonly port: number;
  connected = false;
  retransmissions = 0;
  #seen = '';

  constructor(number: number) {
    this.#name = `client ${number}`;
    const at = performance.now();
    const result = s.connect(this.#fd, address);
    if (result !== -EINPROGRESS) check(result, 'connect');
    this.port = portOf(this.#fd);
    clients.push(this);
    look(at);
  }

  /** Says how the kernel sees it, when that has changed. */
  tell({ state, retransmissions }: Seen, at: number): void {
    this.connected = state === ESTABLISHED;
    this.retransmissions = retransmissions;
    if (this.#seen === `${state} ${retransmissions}`) return;
    this.#seen = `${state} ${retransmissions}`;
    let how = NAMES[state] ?? `state ${state}`;
    if (this.connected && write(this.#fd, ping, 0, ping.length) === ping.length) how += ', its PING is sent';
    if (retransmissions > 0) how += `, SYN sent ${retransmissions + 1} times`;
    say(`${this.#name}: ${how}`, at);
  }
}

const clients: Client[] = [];

function portOf(fd: number): number {
  const name = s.getsockname(fd);
  return 'port' in name ? name.port : 0;
}

/** A socket at our port, be it the client's or the server's, as the kernel shows it; proc_net_tcp(5). */
interface Seen {
  readonly port: number;
  readonly state: string;
  /** How many bytes are to be read; of a listener, how many connections are to be accepted. */
  readonly waiting: number;
  readonly retransmissions: number;
}

function sockets(): Seen[] {
  const hex = (text = ''): number => Number.parseInt(text, 16);
  const ours = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return lines.flatMap((line) => {
    if (!line.includes(ours)) return [];
    const [, local = '', , state = '', queues = '', , retransmitted] = line.trim().split(/\s+/);
    return [
      {
        port: hex(local.split(':')[1]),
        state,
        waiting: hex(queues.split(':')[1]),
        retransmissions: hex(retransmitted),
      },
    ];
  });
}

function queued(): number {
  return sockets().find(({ state }) => state === LISTEN)?.waiting ?? 0;
}

/** Looks at all clients. @param at the time to tell */
function look(at = performance.now()): void {
  const all = sockets();
  for (const client of clients) {
    const seen = all.find((socket) => socket.port === client.port);
    if (seen !== undefined) client.tell(seen, at);
  }
}

/** Looks again and again for a while, or until a condition holds. */
function watch(milliseconds: number, enough = (): boolean => false): void {
  const until = performance.now() + milliseconds;
  do {
    look();
    nanosleep(5);
  } while (performance.now() < until && !enough());
}

console.log(`The backlog is ${backlog}, and nobody accepts. ${backlog + 3} clients connect, one after another.\n`);
// #region crowd
for (let i = 1; i <= backlog + 1; i++) new Client(i); // one more than the backlog says
for (let i = 2; i <= 3; i++) {
  new Client(backlog + i);
  watch(APART);
}
// #endregion crowd

// #region accept
const accepted = check(s.accept4(listener, s.SOCK_CLOEXEC), 'accept4');
const memory = Memory.allocate(64);
const count = check(read(accepted, memory, 0, memory.length), 'read');
say(`accept4, and in the connection lies ${JSON.stringify(memory.bytes.toString('latin1', 0, count))}`);
const outside = (): Client[] => clients.filter(({ connected }) => !connected);
watch(END, () => outside().length === 1 && outside()[0]!.retransmissions >= 2);
// #endregion accept
