/** The root of the repository: the folder that chapters/, lib/ and site/ stand in. */
import { fileURLToPath } from 'node:url';

/** Absolute path, without a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
