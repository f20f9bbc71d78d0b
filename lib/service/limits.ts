/** What the parts of the service agree on: how long a line may be, and how carriers deal with a connection. */

/** The longest line, in bytes, without its ending. */
export const MAX_LINE = 1024;
/** What is said of a longer one. */
export const TOO_LONG = Buffer.from('ERROR line too long\n');
/** So many bytes are read at once at most, and as many may wait to be written. */
export const CHUNK = 65_536;
/** How long a connection that is closed from here may go on sending, in milliseconds. */
export const LINGER = 1000;
