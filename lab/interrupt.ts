/** Ctrl-C in the middle of something that takes long: what there is until then is told, and nobody is left behind. */

/** Somebody wants no more. */
export class Interrupted extends Error {}

/** Looks out for SIGINT and SIGTERM. */
export class Interruption {
  /** Rejects with Interrupted at the first of them. */
  readonly promise: Promise<never>;
  #interrupt = (): void => {};

  constructor() {
    this.promise = new Promise<never>((_, reject) => {
      this.#interrupt = () => reject(new Interrupted());
    });
    this.promise.catch(() => {});
    process.on('SIGINT', this.#interrupt).on('SIGTERM', this.#interrupt);
  }

  /** Looks out no more: the next one ends the process. */
  end(): void {
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#interrupt);
  }
}
