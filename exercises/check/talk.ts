/** Conversations of a check with a server: what each client sends and gets, kept so that it can be shown. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { members } from '../../lib/testing/footprint.ts';
import { ends } from '../../lib/testing/kernel.ts';
import type { Server } from '../../lib/testing/server.ts';
import { whyEnded } from './common.ts';
import { differsAt, show } from './show.ts';
import { calm, pause, Silence } from './silence.ts';
import { Trouble, Wrong } from './trouble.ts';

/** So many lines of a conversation are shown at most. */
const SHOWN = 12;

/** Several clients of one server, and what was said. */
export class Talk {
  readonly server: Server;
  /** Who did what, and with what. */
  readonly #notes: (readonly [string, string])[] = [];
  readonly #clients: Speaker[] = [];
  /** The server was told to end. */
  over = false;

  constructor(server: Server) {
    this.server = server;
  }

  /** Connects a client. @param name as it is called in what is shown: A, B … */
  async client(name = String.fromCharCode(65 + this.#clients.length)): Promise<Speaker> {
    const { host, port } = this.server;
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const speaker = new Speaker(this, name, socket);
    this.#clients.push(speaker);
    await once(socket, 'connect').catch((error: Error) => this.trouble(`${name} cannot connect: ${error.message}`));
    return speaker;
  }

  /**
   * Waits for something that the server does.
   *
   * @param still so long, in milliseconds, nothing may happen before it is said that nothing will
   */
  async until(
    condition: () => boolean,
    { what, instead, still }: { what: string; instead?: () => string; still?: number },
  ): Promise<void> {
    const silence = new Silence(this.server, still);
    while (!condition()) {
      const why = silence.look();
      if (why !== undefined) {
        this.trouble(`expected: ${what}; ${instead?.() ?? 'they do not come'}`, why.replace('no answer', 'nothing'));
      }
      await pause();
    }
  }

  /** Sends the server a signal that tells it to end. */
  tellsToEnd(signal: NodeJS.Signals): void {
    this.over = true;
    this.note('we', 'send', `${signal} to the server`);
    this.server.child.kill(signal);
  }

  /** Expects the end of the server, with all its processes, which was told to. @throws Wrong when its code has thrown */
  async itEnds(still?: number): Promise<void> {
    const { child } = this.server;
    const left = (): number => members(this.server).length;
    await this.until(() => child.exitCode !== null || child.signalCode !== null, {
      what: 'the end of the server',
      instead: () => (left() === 1 ? 'it lives on' : `${left()} processes of it live on`),
      ...(still === undefined ? {} : { still }),
    });
    const how = whyEnded(this.server.stderr, `${await this.server.ended}`);
    if (how.id !== 'ended') throw new Wrong(how.id, how.seen);
    const { survivors } = this.server;
    if (survivors.length > 0) this.trouble(`the server has ended, and left behind ${survivors.join(', ')}`);
  }

  /** Sends the server a signal, and expects its end. */
  async ends(signal: NodeJS.Signals, still?: number): Promise<void> {
    this.tellsToEnd(signal);
    await this.itEnds(still);
  }

  /** Adds a line to what is shown. */
  note(who: string, does: string, what = ''): void {
    this.#notes.push([`${who} ${does}`, what]);
  }

  /** @throws Trouble that shows what was said, and the words */
  trouble(...words: string[]): never {
    throw new Trouble(this.text(...words));
  }

  /** What was said, the last lines of it, behind an ellipsis if there were more; and the words. */
  text(...words: string[]): string {
    const notes = this.#notes.slice(-SHOWN);
    const more = this.#notes.length > SHOWN ? ['…'] : [];
    const width = Math.max(0, ...notes.map(([who]) => who.length));
    return [...more, ...notes.map(([who, what]) => `${who.padEnd(width)}  ${what}`.trimEnd()), ...words].join('\n');
  }

  /** Ends all connections. */
  close(): void {
    for (const { socket } of this.#clients) socket.destroy();
  }
}

/** A client of a talk. */
export class Speaker {
  readonly socket: Socket;
  readonly name: string;
  /** Its own port; 0 before it is connected. */
  port = 0;
  readonly #talk: Talk;
  #bytes: Buffer = Buffer.alloc(0);
  #over: string | undefined;
  /** Called when something has come. */
  #heard = (): void => {};

  constructor(talk: Talk, name: string, socket: Socket) {
    this.#talk = talk;
    this.name = name;
    this.socket = socket;
    socket.once('connect', () => {
      this.port = socket.localPort ?? 0; // afterwards, too, when the socket does not know it any more
    });
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#heard();
    });
    socket.on('end', () => {
      this.#over ??= 'the server closed the connection';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#over ??= error.code === 'ECONNRESET' ? 'the server reset the connection' : error.message;
    });
  }

  /** Sends bytes, or text of one byte a character, in one piece. */
  sends(what: string | Buffer): this {
    const bytes = typeof what === 'string' ? Buffer.from(what, 'latin1') : what;
    this.#talk.note(this.name, 'sends', show(bytes).text);
    this.socket.write(bytes);
    return this;
  }

  /** Ends its side: it will send nothing more. */
  ends(): this {
    this.#talk.note(this.name, 'ends', 'its side of the connection');
    this.socket.end();
    return this;
  }

  /** Reads nothing more, until it reads on. */
  stopsReading(): this {
    this.#talk.note(this.name, 'stops', 'reading');
    this.socket.pause();
    return this;
  }

  /** Reads again. */
  readsOn(): this {
    this.#talk.note(this.name, 'reads on');
    this.socket.resume();
    return this;
  }

  /** Goes away without a word: a reset. */
  leaves(): this {
    this.#talk.note(this.name, 'leaves', 'with a reset');
    this.socket.resetAndDestroy();
    return this;
  }

  /** Expects exactly these bytes next. @throws Trouble that shows the conversation, and where the first one differs */
  async gets(expected: string): Promise<void> {
    const wanted = Buffer.from(expected, 'latin1');
    const silence = new Silence(this.#talk.server);
    while (this.#bytes.length < wanted.length) {
      if (differsAt(this.#bytes, wanted) < this.#bytes.length) break;
      const why = this.#over ?? silence.look();
      if (why !== undefined) this.#differs(wanted, why);
      await this.#pause();
    }
    if (differsAt(this.#bytes, wanted) < wanted.length) this.#differs(wanted);
    this.#talk.note(this.name, 'gets', show(wanted).text);
    this.#bytes = this.#bytes.subarray(wanted.length);
  }

  /** Expects one byte so many times next: more than could be shown. */
  async getsMany(byte: string, count: number): Promise<void> {
    const times = (many: number): string => `"${byte}", ${many.toLocaleString('en')} times`;
    let silence = new Silence(this.#talk.server);
    for (let left = count; ; await this.#pause()) {
      const next = this.#bytes.subarray(0, left);
      const same = differsAt(next, Buffer.alloc(next.length, byte));
      this.#bytes = this.#bytes.subarray(same);
      left -= same;
      if (left === 0) break;
      if (same > 0) silence = new Silence(this.#talk.server);
      const why = same < next.length ? '' : (this.#over ?? silence.look());
      if (why === undefined) continue;
      this.#talk.note(this.name, 'expects', times(count));
      this.#talk.note(this.name, 'gets', times(count - left));
      if (same < next.length) this.#talk.note(this.name, 'then gets', show(this.#bytes).text);
      this.#talk.trouble(...(why === '' ? [] : [why]));
    }
    this.#talk.note(this.name, 'gets', times(count));
  }

  /** Expects the end of the connection next. */
  async getsTheEnd(): Promise<void> {
    const silence = new Silence(this.#talk.server);
    while (this.#over === undefined && this.#bytes.length === 0) {
      const why = silence.look();
      if (why !== undefined) this.#talk.trouble(`${this.name} expects the end of the connection`, why);
      await this.#pause();
    }
    if (this.#bytes.length > 0) this.nothing();
    this.#talk.note(this.name, 'gets', 'the end of the connection');
  }

  /** Waits until the server has read all that was sent, and has done with it what it can do now. */
  async isHeard(): Promise<void> {
    const { server } = this.#talk;
    const { localPort } = this.socket;
    const silence = new Silence(server);
    let why: string | undefined;
    const unread = (): boolean => ends(server.port).some((end) => end.peer === localPort && end.unread > 0);
    while (this.#over === undefined && why === undefined && unread()) {
      await pause();
      why = silence.look();
    }
    if (why !== undefined)
      this.#talk.trouble(`${this.name}'s bytes lie unread: ${why.replace('no answer', 'nothing')}`);
    await calm(server);
  }

  /** Expects that nothing has come that it does not know of yet. */
  nothing(): void {
    if (this.#bytes.length > 0) this.#differs(Buffer.alloc(0));
    if (this.#over !== undefined) this.#talk.trouble(`${this.name} expects  nothing, but ${this.#over}`);
  }

  /** Waits until something comes, but no longer than from one look to the next. */
  #pause(): Promise<void> {
    return pause((wake) => {
      this.#heard = wake;
    });
  }

  /** Whether bytes have come that it has not asked for yet. */
  get hasBytes(): boolean {
    return this.#bytes.length > 0;
  }

  /** @throws Trouble: something else came, or nothing */
  #differs(wanted: Buffer, why?: string): never {
    const talk = this.#talk;
    const at = differsAt(this.#bytes, wanted);
    const got = show(this.#bytes, at);
    talk.note(this.name, 'expects', wanted.length === 0 ? 'nothing' : show(wanted, at).text);
    if (this.#bytes.length > 0) {
      talk.note(this.name, 'gets', got.text);
      const where = at < this.#bytes.length ? `byte ${at + 1}` : `here, after ${at} ${at === 1 ? 'byte' : 'bytes'}`;
      talk.note('', '', `${' '.repeat(got.column)}^ ${where}`);
    }
    return talk.trouble(...(why === undefined ? [] : [why]));
  }
}
