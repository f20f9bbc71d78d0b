/** A child of the pool: the chapter's, unless something is missing that every child needs. */

import { existsSync } from 'node:fs';

const [, , broken = ''] = process.argv.slice(2);
if (existsSync(broken)) process.exit(1);
await import('../../chapters/05-prefork/child.ts');
