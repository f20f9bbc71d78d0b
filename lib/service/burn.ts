/** The work of BURN: a loop that needs the processor and nothing else. */

/**
 * Applies x ← (1664525·x + 1013904223) mod 2³² again and again, from 0; the multiplier and the increment are those of
 * Numerical Recipes' quick generator.
 *
 * @param rounds how often, 0 … 1,000,000,000
 * @returns the last x, 0 … 2³² − 1
 */
export function burn(rounds: number): number {
  let x = 0;
  for (let i = 0; i < rounds; i++) x = (Math.imul(1664525, x) + 1013904223) | 0;
  return x >>> 0;
}
