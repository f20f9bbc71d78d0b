/** The server that is profiled: started, heard, and ended with all that it started. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { mortal } from '../../lib/program/mortal.ts';
import { ROOT, type Target } from './target.ts';

/** How long a server has to say that it listens, and to end when it is told to, in milliseconds. */
const [PATIENCE, FAREWELL] = [20_000, 1000];
/** So many of its last lines are kept: a stack, and what stands around it. */
const MOST = 30;
/** What Node says of its inspector, which is not the server's. */
const INSPECTOR = /^(Debugger (listening|attached|ending)|For help, see: https:\/\/nodejs|Waiting for the debugger)/;

/** How Node tells of what nobody has caught. */
const THROWN = /^[A-Z]\w*Error( \[\w+\])?: /;

/** The server did not start, or has ended too early. */
export class ServerFailed extends Error {
  /** Its exit status, where it has one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** A server that runs, in a process group of its own. */
export class Server {
  readonly child: ChildProcess;
  readonly #name: string;
  readonly #said: string[] = [];
  /** When it has ended; how, in words. */
  readonly ended: Promise<ServerFailed>;
  #over = false;

  /**
   * Starts it.
   *
   * @param options Node's, for all processes of the server
   * @param inspected hears of the address of each inspector
   */
  constructor({ name, path }: Target, words: readonly string[], options: string, inspected: (url: string) => void) {
    this.#name = name;
    const [command, ...rest] = mortal([process.execPath, '--import', 'tsx', path, '--port', '0', ...words]);
    this.child = spawn(command!, rest, {
      cwd: ROOT,
      detached: true, // its group is ended as one; and Ctrl-C is not for it
      env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${options}`.trim() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface({ input: this.child.stderr! }).on('line', (line) => {
      const [, url] = /^Debugger listening on (ws:\S+)$/.exec(line) ?? [];
      if (url !== undefined) inspected(url);
      else if (!INSPECTOR.test(line)) this.#hear(line);
    });
    this.ended = once(this.child, 'close').then(([status, signal]) => {
      this.#over = true;
      const thrown = this.#said.find((line) => THROWN.test(line)); // Node says its own version last
      return new ServerFailed(
        thrown ?? this.#said.at(-1) ?? `${name} has ended (${signal ?? status})`,
        status ?? undefined,
      );
    });
  }

  #hear(line: string): void {
    this.#said.push(line);
    if (this.#said.length > MOST) this.#said.shift();
  }

  /** Waits until it listens. @returns where @throws ServerFailed */
  async listening(): Promise<{ host: string; port: number }> {
    const heard = new Promise<{ host: string; port: number }>((resolve) => {
      createInterface({ input: this.child.stdout! }).on('line', (line) => {
        const [, host, port] = /listening on \[?([^\]]+?)\]?:(\d+) \(pid \d+\)$/.exec(line) ?? [];
        if (host !== undefined) resolve({ host, port: Number(port) });
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const failed = new ServerFailed(`${this.#name} did not say that it listens in ${PATIENCE / 1000} s`);
      timer = setTimeout(() => reject(failed), PATIENCE);
    });
    try {
      const first = await Promise.race([heard, this.ended, late]);
      if (first instanceof ServerFailed) throw first;
      return first;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it, with all that it started. */
  async end(): Promise<void> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), FAREWELL);
    await this.ended;
    clearTimeout(timer);
    this.#signal('SIGKILL'); // whom its end has left
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#over && signal === 'SIGTERM') return;
    try {
      process.kill(-this.child.pid!, signal);
    } catch {} // nobody left
  }
}
