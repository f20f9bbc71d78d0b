/** Where a server's threads are, seen by Linux's perf: only what runs, and what the kernel does for it too. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { family } from '../bench/observe.ts';
import { perfTrees } from './perf-script.ts';
import { type Sampler, type Seen, V8Sampler } from './sampler.ts';
import { ROOT } from './target.ts';

/** How often perf looks, in a second of processor time: not in step with what happens once a millisecond. */
const FREQUENCY = 997;
/** What V8 writes where it was started, as soon as it is to write anything for perf. */
const LOG = /^isolate-0x[0-9a-f]+-(\d+)-v8\.log$/;

/** perf cannot be used here. */
export class NoPerf extends Error {}

// #region allowed
/** The events that this user may count: with the kernel's stacks, or without. @throws NoPerf when it is none */
function allowed(): string {
  for (const event of ['cpu-clock', 'cpu-clock:u']) {
    const tried = spawnSync('perf', ['record', '-q', '-e', event, '-g', '-o', '/dev/null', 'true']);
    if ((tried.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
      throw new NoPerf('perf is not installed (Debian: linux-perf); without --perf, V8 looks itself');
    }
    if (tried.status === 0) return event;
  }
  const level = readFileSync('/proc/sys/kernel/perf_event_paranoid', 'latin1').trim();
  throw new NoPerf(
    `perf is not allowed here: kernel.perf_event_paranoid is ${level} (sysctl -w kernel.perf_event_paranoid=1, as root), or a container's seccomp filter forbids it; without --perf, V8 looks itself`,
  );
}
// #endregion allowed

/** Has perf look. V8 says in a file where it has put which function, and the inspector where that stands in the sources. */
export class PerfSampler implements Sampler {
  readonly options = '--inspect=127.0.0.1:0 --perf-basic-prof --interpreted-frames-native-stack';
  readonly #event = allowed();
  readonly #folder = mkdtempSync(join(tmpdir(), 'lab-profile-'));
  readonly #v8 = new V8Sampler(false);
  /** The processes that have written such a file. */
  readonly #members = new Set<number>();
  #perf: ChildProcess | undefined;
  #server = 0;

  attach(url: string): void {
    this.#v8.attach(url);
  }

  started(pid: number): void {
    this.#server = pid;
  }

  /** Looks who there is. */
  #count(): void {
    try {
      for (const member of family(this.#server)) this.#members.add(member);
    } catch {} // one has just ended
  }

  async begin(): Promise<void> {
    this.#count();
    // Begun when it is told to: by the time that it answers, it looks.
    const words = [
      '-q',
      '-e',
      this.#event,
      '-F',
      `${FREQUENCY}`,
      '-g',
      '-D',
      '-1',
      '--control',
      'fd:3,4',
      '-o',
      this.#data,
    ];
    const who = ['-p', [...this.#members].join(',')]; // and whom they start
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.#perf = spawn('perf', ['record', ...words, ...who], { stdio: [...stdio] });
    this.#perf.on('error', () => {}); // #tell() fails
    await this.#tell('enable');
  }

  async end(): Promise<Seen> {
    const ended = once(this.#perf!, 'close');
    await this.#tell('disable');
    this.#perf!.kill('SIGINT');
    await ended;
    const { sources, names } = await this.#v8.read();
    const script = spawn('perf', ['script', '-i', this.#data, '-F', 'pid,tid,ip,sym,dso'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const trees = perfTrees(await text(script.stdout), 1e6 / FREQUENCY, sources, names);
    const kernel = this.#event === 'cpu-clock' ? 'and in the kernel' : 'and not in the kernel, which is forbidden here';
    return { trees, asleep: [], how: `perf looked ${FREQUENCY} times a second at what ran, in user space ${kernel}` };
  }

  /** Gives an order, and waits until it is carried out. @throws NoPerf */
  async #tell(order: string): Promise<void> {
    const [orders, answers] = this.#perf!.stdio.slice(3) as [Writable, Readable];
    orders.on('error', () => {}); // it has ended
    orders.write(`${order}\n`);
    const [answer] = await Promise.race([once(answers, 'data'), once(this.#perf!, 'close')]);
    if (!(answer instanceof Buffer)) throw new NoPerf(`perf has ended (${answer}) before it looked`);
  }

  close(): void {
    this.#v8.close();
    this.#perf?.kill('SIGINT');
    this.#count();
    for (const { pid } of this.#v8.processes) if (pid !== undefined) this.#members.add(pid);
    for (const member of this.#members) rmSync(`/tmp/perf-${member}.map`, { force: true });
    const logs = readdirSync(ROOT).filter((file) => this.#members.has(Number(LOG.exec(file)?.[1])));
    for (const log of logs) rmSync(join(ROOT, log), { force: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, 'perf.data');
  }
}
