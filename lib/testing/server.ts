/** Starting a program, waiting for its listening line, and leaving nothing of it behind. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { mortal } from '../program/mortal.ts';
import { processes } from './proc.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Has Node read TypeScript. */
const LOADER = new URL('./typescript.mjs', import.meta.url).href;
/** Nothing here takes so long, in milliseconds: what does will never come, and the test says what it waited for. */
export const PATIENCE = 45_000;
/** About so much of what a program prints is kept, in bytes of each stream; who prints on and on is not listened to any more. */
const KEPT = 16_000_000;
/** Whoever a program started has ended so soon after it, in milliseconds, or was left behind. */
const FAREWELL = 1000;

const groups = new Set<number>();
// Should a test process end by itself, its servers end with it.
process.on('exit', () => groups.forEach(killGroup));
// And should ava be killed, its test processes end: they hear that their channel to it is closed.
process.once('disconnect', () => process.exit(1));

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {} // nobody left
}

/** Waits until a process group is empty. @returns who is still there when FAREWELL is over */
async function leftBehind(group: number): Promise<string[]> {
  const end = performance.now() + FAREWELL;
  for (;;) {
    const alive = processes(group).filter(({ state }) => state !== 'Z'); // orphans are reaped by init
    if (alive.length === 0 || performance.now() > end) return alive.map(({ pid, name }) => `${name} (pid ${pid})`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How a program is started. */
export interface StartOptions {
  readonly args?: readonly string[];
  /** The soft limit of descriptors, `ulimit -n`. */
  readonly descriptors?: number;
  /** How many descriptors it inherits beside the standard ones. */
  readonly inherited?: number;
  /** The words of another command, which starts it: `taskset -c 0`. */
  readonly by?: readonly string[];
  /**
   * What has Node read TypeScript: `tsx`, by which its reader starts it, and which has signal handlers of its own; or the
   * tests' own loader, unless it is said, which is ready far sooner. `none` for a program that runs without Node.
   */
  readonly loader?: 'tsx' | 'none';
  /** Whether somebody types: then child.stdin is a pipe, and /dev/null otherwise. */
  readonly typed?: boolean;
}

/** A program that runs, in a process group of its own. */
export class Program {
  readonly child: ChildProcess;
  /** Its lines, as they have come so far. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** The exit status or the signal, when it has ended and its output is complete. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** When it has ended: those of its process group that did not end with it, and had to be killed. */
  survivors: readonly string[] = [];
  /** Those who wait for a line. */
  readonly #waiting = new Set<() => void>();

  /** @param path from the root of the repository */
  constructor(
    path: string,
    { args = [], descriptors, inherited = 0, by = [], loader, typed = false }: StartOptions = {},
  ) {
    const reader = loader === 'none' ? [] : [process.execPath, '--import', loader ?? LOADER];
    const words = [...by, ...reader, path, ...args];
    const limited =
      descriptors === undefined ? words : ['sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...words];
    const [command, ...rest] = mortal(limited);
    this.child = spawn(command!, rest, {
      cwd: ROOT,
      detached: true,
      stdio: [typed ? 'pipe' : 'ignore', 'pipe', 'pipe', ...Array<number>(inherited).fill(2)],
    });
    const group = this.child.pid!;
    groups.add(group);
    const closed = [this.#collect(this.child.stdout!, this.stdout), this.#collect(this.child.stderr!, this.stderr)];
    this.ended = once(this.child, 'exit').then(async ([status, signal]) => {
      this.survivors = await leftBehind(group);
      killGroup(group); // only then do the pipes close
      groups.delete(group);
      await Promise.all(closed);
      return status ?? signal;
    });
  }

  async #collect(stream: NodeJS.ReadableStream, lines: string[]): Promise<void> {
    const reader = createInterface({ input: stream });
    let room = KEPT;
    stream.on('data', (chunk: Buffer) => {
      room -= chunk.length;
      if (room >= 0) return;
      reader.close();
      stream.resume(); // it is read all the same, lest the program wait for that
    });
    stream.once('close', () => reader.close()); // without an end, after deafen()
    for await (const line of reader) {
      lines.push(line);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
  }

  /** The first line that matches, from standard output or standard error, as soon as it is there. */
  async line(pattern: RegExp, patience = PATIENCE): Promise<RegExpExecArray> {
    const seen = new Map([this.stdout, this.stderr].map((lines) => [lines, 0]));
    for (;;) {
      for (const [lines, from] of seen) {
        for (let i = from; i < lines.length; i++) {
          const match = pattern.exec(lines[i]!);
          if (match !== null) return match;
        }
        seen.set(lines, lines.length);
      }
      const heard = new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
      const over = this.ended.then((how) => {
        throw new Error(`it ended (${how}) without a line like ${pattern}:\n${this.stderr.join('\n')}`);
      });
      await patiently(Promise.race([heard, over]), `line like ${pattern}`, patience);
    }
  }

  /** Reads nothing of its output any more: whoever writes there fails with EPIPE. */
  deafen(): void {
    this.child.stdout!.destroy();
    this.child.stderr!.destroy();
  }

  /** Sends a signal to the program alone. @returns how it ended */
  async stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.child.kill(signal);
    return patiently(this.ended, `the end after ${signal}`);
  }

  /** Ends the whole process group, whatever state it is in. */
  async kill(): Promise<void> {
    if (groups.has(this.child.pid!)) killGroup(this.child.pid!); // once it is gone, the number may be another's
    await this.ended;
  }
}

/** A server that listens. */
export interface Server extends Program {
  readonly host: string;
  readonly port: number;
  /** The process that listens, as the line said. */
  readonly pid: number;
}

/** Starts a program; the test takes it, and its children, down in the end. @param path from the root of the repository */
export function startProgram(t: ExecutionContext, path: string, options: StartOptions = {}): Program {
  const program = new Program(path, options);
  t.teardown(() => program.kill());
  return program;
}

/**
 * Starts a server on a free port and waits until it listens; whoever calls this ends it with kill().
 *
 * @throws Error as listening() does, and then nothing is left of it
 */
export async function launchServer(path: string, options: StartOptions = {}): Promise<Server> {
  const program = new Program(path, withPort(options));
  try {
    return await listening(program);
  } catch (error) {
    await program.kill();
    throw error;
  }
}

/** Starts a server on a free port and waits until it listens; the test takes it down in the end. */
export async function startServer(t: ExecutionContext, path: string, options: StartOptions = {}): Promise<Server> {
  return listening(startProgram(t, path, withPort(options)));
}

function withPort(options: StartOptions): StartOptions {
  return { ...options, args: ['--port', '0', ...(options.args ?? [])] };
}

/** Waits until a program listens. @throws Error when it ends before that, or does not listen after so many milliseconds */
export async function listening(program: Program, patience = PATIENCE): Promise<Server> {
  const pattern = /listening on \[?([^\]]+?)\]?:(\d+) \(pid (\d+)\)$/;
  const [, host, port, pid] = await program.line(pattern, patience);
  return Object.assign(program, { host: host!, port: Number(port), pid: Number(pid) });
}

/** Waits, and says what for when it does not come. */
export async function patiently<T>(promise: Promise<T>, what: string, patience = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} after ${patience / 1000} s`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks again and again until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not true after ${PATIENCE / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setImmediate(resolve)); // sockets have their turn, too, if a look takes longer than that
  }
}
