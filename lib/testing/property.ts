/** States properties in ava's tests, so that a failure shows fast-check's seed and smallest counterexample. */

import type { ExecutionContext } from 'ava';
import fc from 'fast-check';

/**
 * Tries a property. It must fail by throwing, as node:assert does: of ava's own assertions the first failure is what ava
 * shows, which is neither the smallest nor has it a seed.
 *
 * @param numRuns how many examples are tried
 */
export function always<Example>(t: ExecutionContext, numRuns: number, property: fc.IProperty<Example>): void {
  t.notThrows(() => fc.assert(property, { numRuns }));
}
