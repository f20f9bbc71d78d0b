/** The pages that are open: each is told by server-sent events, and one that does not listen is left. */

import type { Writable } from 'node:stream';

/** So many pages at a time. */
export const MOST_PAGES = 32;
/** Who has taken nothing for so long is dropped, in milliseconds. It comes again by itself, and gets what it has missed. */
const PATIENCE = 10_000;
/** So soon a page that has lost this program looks for it again, in milliseconds. */
const RETRY = 1000;

/** An event, as the HTML standard has it: https://html.spec.whatwg.org/multipage/server-sent-events.html. @param data in one line */
export function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

/** Those who are told. */
export class Audience {
  /** Each with when it was full, or undefined while it takes what it is told. */
  readonly #pages = new Map<Writable, number | undefined>();
  readonly #now: () => number;

  constructor(now = (): number => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#pages.size;
  }

  /**
   * Takes one in.
   *
   * @param first what it is told first
   * @returns whether there was room for it
   */
  join(page: Writable, first: string): boolean {
    if (this.#pages.size >= MOST_PAGES) return false;
    this.#pages.set(page, undefined);
    page.on('drain', () => this.#pages.has(page) && this.#pages.set(page, undefined));
    page.on('close', () => this.#pages.delete(page));
    page.on('error', () => {}); // it has gone; 'close' follows
    this.#write(page, `retry: ${RETRY}\n${first}`);
    return true;
  }

  // #region tell
  /** Tells all of them. What a page has not taken waits in memory, but not for long. */
  tell(text: string): void {
    for (const [page, full] of this.#pages) {
      if (full !== undefined && this.#now() - full > PATIENCE) page.destroy();
      else this.#write(page, text);
    }
  }
  // #endregion tell

  #write(page: Writable, text: string): void {
    if (!page.write(text)) this.#pages.set(page, this.#pages.get(page) ?? this.#now());
  }

  /** Leaves all of them. */
  close(): void {
    for (const page of this.#pages.keys()) page.destroy();
  }
}
