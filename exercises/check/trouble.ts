/** What a check finds: that something was not as expected, and which mistake that is. */

/** Something was not as it shall be. The step in which it happened knows what mistake that is. */
export class Trouble extends Error {}

/** A mistake that the check can name. */
export class Wrong extends Error {
  /** One of the exercise's diagnoses. */
  readonly id: string;

  /** @param seen what was seen, several lines where need be */
  constructor(id: string, seen: string) {
    super(seen);
    this.id = id;
  }
}
