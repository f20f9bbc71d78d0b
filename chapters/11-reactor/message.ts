/** What goes to a burner and comes back: two numbers of 32 bits, whose job it is, and its rounds or its result. */

/** Its length in bytes. */
export const MESSAGE = 8;

/** Who reads it, as a line on standard error names him. */
export const BURNER = '11-reactor: a burner';
