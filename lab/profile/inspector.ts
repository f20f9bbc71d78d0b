/** V8's inspector: the threads of a process, each asked for its profile while it serves. */

import type { Profiler } from 'node:inspector';
import { WebSocket } from 'undici';

export type Profile = Profiler.Profile;

/** A thread did not answer in time, or has ended. */
class Silent extends Error {}

/** A question under way. */
interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Questions and answers of the inspector's protocol, by whatever carries its messages. */
class Channel {
  readonly #transmit: (message: string) => void;
  readonly #told: (method: string, params: Params) => void;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #closed = false;

  constructor(transmit: (message: string) => void, told: (method: string, params: Params) => void) {
    this.#transmit = transmit;
    this.#told = told;
  }

  /** @throws Silent when the other end goes; Error when it refuses */
  ask<Result>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#asked;
    return new Promise<unknown>((resolve, reject) => {
      if (this.#closed) return reject(new Silent('it ended'));
      this.#waiting.set(id, { resolve, reject });
      this.#transmit(JSON.stringify({ id, method, params }));
    }) as Promise<Result>;
  }

  hear(message: string): void {
    const { id, method, params, result, error } = JSON.parse(message);
    if (id === undefined) this.#told(method, params);
    else if (error === undefined) this.#waiting.get(id)?.resolve(result);
    else this.#waiting.get(id)?.reject(new Error(error.message));
    this.#waiting.delete(id);
  }

  close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.values()) reject(new Silent('it ended'));
    this.#waiting.clear();
  }
}

/** What events bring, as far as it is looked at. */
interface Params {
  readonly sessionId: string;
  readonly message: string;
  readonly workerInfo: { readonly workerId: string; readonly url: string };
  readonly url: string;
  readonly sourceMapURL?: string;
}

/** A thread that runs JavaScript. */
export class Thread {
  /** Of the process that it belongs to; undefined until that has told. */
  readonly process: InspectedProcess;
  /** The number that node:worker_threads gives it; 0 for a main thread. */
  readonly number: number;
  /** The module that it runs, where the inspector says so. */
  readonly url: string;
  /** Of each module that it has loaded: where its source map is, or the map itself, as a data: URL. */
  readonly maps = new Map<string, string>();
  readonly channel: Channel;
  #started: Promise<unknown> = Promise.resolve();

  constructor(of: InspectedProcess, number: number, url: string, transmit: (message: string) => void) {
    this.process = of;
    this.number = number;
    this.url = url;
    this.channel = new Channel(transmit, (method, params) => {
      if (method === 'Debugger.scriptParsed') this.maps.set(params.url, params.sourceMapURL ?? '');
      else of.told(method, params);
    });
  }

  // #region thread
  /** Has V8 look every so often where the thread is. The order is heard when JavaScript runs there next. */
  begin(microseconds: number): void {
    const { channel } = this;
    this.#started = Promise.all([
      channel.ask('Profiler.enable'),
      channel.ask('Profiler.setSamplingInterval', { interval: microseconds }),
      channel.ask('Profiler.start'),
    ]);
    this.#started.catch(() => {}); // end() tells
  }

  /**
   * Ends that.
   *
   * @param patience in milliseconds
   * @returns undefined of a thread that has ended, or slept in one system call all the while
   */
  async end(patience: number): Promise<Profile | undefined> {
    const ended = this.#started.then(() => this.channel.ask<{ profile: Profile }>('Profiler.stop'));
    const answer = await inTime(ended, patience);
    return answer?.profile;
  }
  // #endregion thread

  /** Asks for the source maps of all that it has loaded. */
  async readMaps(patience: number): Promise<void> {
    await inTime(this.channel.ask('Debugger.enable'), patience);
    await inTime(this.channel.ask('Debugger.disable'), patience);
  }
}

/** @returns what a promise brings; undefined when that takes too long, or the thread has ended */
async function inTime<T>(promise: Promise<T>, patience: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    if (error instanceof Silent) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A process whose inspector listens: its main thread, and its workers as they come. */
export class InspectedProcess {
  readonly main: Thread;
  readonly workers = new Map<string, Thread>();
  /** Its pid, and its program; undefined when it has not run since it was asked. */
  pid: number | undefined;
  program = '';
  readonly #socket: WebSocket;
  readonly #came: (thread: Thread) => void;

  /** @param came hears of each thread, those that run already among them */
  constructor(url: string, came: (thread: Thread) => void) {
    this.#came = came;
    this.#socket = new WebSocket(url);
    this.main = new Thread(this, 0, '', (message) => {
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
    });
    this.#socket.addEventListener('message', ({ data }) => this.main.channel.hear(String(data)));
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('error', () => this.#ended());
    this.#socket.addEventListener('close', () => this.#ended());
  }

  get threads(): Thread[] {
    return [this.main, ...this.workers.values()];
  }

  #opened(): void {
    const { channel } = this.main;
    channel.ask('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(() => {});
    channel.ask('NodeWorker.enable', { waitForDebuggerOnStart: false }).catch(() => {});
    this.#came(this.main);
  }

  /** Asks who it is. @param patience in milliseconds */
  async identify(patience: number): Promise<void> {
    const expression = '[process.pid, process.argv[1]].join(" ")';
    const asked = this.main.channel.ask<{ result: { value?: string } }>('Runtime.evaluate', { expression });
    const value = (await inTime(asked, patience))?.result.value;
    if (value === undefined) return; // it sleeps, or has just begun
    this.pid = Number.parseInt(value, 10);
    this.program = value.slice(value.indexOf(' ') + 1);
  }

  #ended(): void {
    for (const { channel } of this.threads) channel.close();
  }

  /** What the main thread tells: of its end, and of the workers. */
  told(method: string, params: Params): void {
    const { sessionId } = params ?? {};
    if (method === 'NodeRuntime.waitingForDisconnect')
      this.close(); // it has ended, but for us
    else if (method === 'NodeWorker.receivedMessageFromWorker')
      this.workers.get(sessionId)?.channel.hear(params.message);
    else if (method === 'NodeWorker.detachedFromWorker') this.workers.get(sessionId)?.channel.close();
    else if (method === 'NodeWorker.attachedToWorker') {
      const { workerId, url } = params.workerInfo;
      if (url.startsWith('node:')) return; // Node's own, in which tsx compiles
      const worker = new Thread(this, Number(workerId), url, (message) => {
        this.main.channel.ask('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(() => {});
      });
      this.workers.set(sessionId, worker);
      this.#came(worker);
    }
  }

  close(): void {
    this.#ended();
    this.#socket.close();
  }
}
