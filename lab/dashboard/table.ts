/** The processes of this machine, kept from look to look: which are servers of the workshop, which load, who belongs to whom. */

import { commandLine, pids, type Usage, usage } from '../../lib/testing/proc.ts';
import { loadOf } from '../load/live.ts';
import { chapterOf, script } from './chapter.ts';

/** So many looks long a process may yet become another program: between fork and exec it is its parent's. */
const YOUNG = 8;
/** Later it is looked at again once in so many looks: a shell may exec, and a number may be given out again. */
const ROUND = 16;
/** Which processes of a load carry it: a bundle of lab/load/child.ts. */
const LOADER = /\/child-[\da-f]{12}\.mjs$/;

/** A process, as far as it is of interest here. */
interface Entry {
  looks: number;
  parent: number;
  began: number;
  words: readonly string[];
  /** tsx's compiler, which has no part in serving, and what has ended and was not reaped. */
  apart: boolean;
  /** The name of a chapter's program. */
  chapter: string | undefined;
  /** The name of a load's memory. */
  load: string | undefined;
}

/** A program of a chapter; whether it listens is not known here. */
export interface Root {
  readonly pid: number;
  /** When it was started, in milliseconds since the machine was: with the pid, that is who it is. */
  readonly began: number;
  readonly name: string;
  readonly words: readonly string[];
}

/** A load: one of its processes, and the command that started it. */
export interface Loading {
  readonly key: string;
  readonly member: number;
  readonly pid: number;
  readonly began: number;
  /** The command's words, from `load` on. */
  readonly words: readonly string[];
}

/** All processes. */
export class ProcessTable {
  readonly #entries = new Map<number, Entry>();
  #children = new Map<number, number[]>();
  #turn = 0;

  /** Looks at whoever is new, and at some of the others. */
  refresh(): void {
    const present = new Set(pids());
    for (const pid of this.#entries.keys()) if (!present.has(pid)) this.#entries.delete(pid);
    this.#turn = (this.#turn + 1) % ROUND;
    for (const pid of present) {
      const entry = this.#entries.get(pid);
      if (entry === undefined || entry.looks < YOUNG || pid % ROUND === this.#turn) this.#look(pid, entry);
    }
    this.#children = new Map();
    for (const [pid, { parent }] of this.#entries) {
      const children = this.#children.get(parent);
      if (children === undefined) this.#children.set(parent, [pid]);
      else children.push(pid);
    }
  }

  #look(pid: number, before: Entry | undefined): void {
    const now = usage(pid);
    if (now === undefined) return;
    const words = commandLine(pid);
    const known = before !== undefined && before.began === now.began && before.words.join('\0') === words.join('\0');
    this.#entries.set(pid, {
      looks: known ? before.looks + 1 : 0,
      parent: now.parent,
      began: now.began,
      words,
      apart: now.name === 'esbuild' || now.state === 'Z',
      chapter: known ? before.chapter : chapterOf(pid, words),
      load: LOADER.test(words[1] ?? '') ? ((known ? before.load : undefined) ?? loadOf(pid)) : undefined,
    });
  }

  /** The programs of chapters, but for those that another one of them started. */
  roots(): Root[] {
    return [...this.#entries].flatMap(([pid, { began, chapter, words, parent, apart }]) =>
      chapter === undefined || apart || this.#entries.get(parent)?.chapter !== undefined
        ? []
        : [{ pid, began, name: chapter, words }],
    );
  }

  /** The loads. */
  loads(): Loading[] {
    const loads = new Map<string, Loading>();
    for (const [member, { load, parent }] of this.#entries) {
      const command = this.#entries.get(parent);
      if (load === undefined || command === undefined || loads.has(load)) continue;
      const words = script(command.words).slice(1);
      loads.set(load, { key: load, member, pid: parent, began: this.#entries.get(member)!.began, words });
    }
    return [...loads.values()];
  }

  /** A process and its children, and theirs. */
  family(pid: number): number[] {
    const members: number[] = [];
    for (const waiting = [pid]; waiting.length > 0; ) {
      const next = waiting.pop()!;
      if (this.#entries.get(next)?.apart !== false) continue;
      members.push(next);
      waiting.push(...(this.#children.get(next) ?? []));
    }
    return members;
  }

  /** What a process uses now; undefined when it has ended, or is another one than it was. */
  usage(pid: number, began?: number): Usage | undefined {
    const now = usage(pid);
    return now === undefined || now.state === 'Z' || (began !== undefined && now.began !== began) ? undefined : now;
  }
}
