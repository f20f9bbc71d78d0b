/** What goes to a burner and comes back: two numbers of 32 bits, whose job it is, and its rounds or its result. */

/** Its length in bytes. */
export const MESSAGE = 8;

/** What a thread of the pool calls itself, should it fail. */
export const BURNER = '11-reactor: a burner';
