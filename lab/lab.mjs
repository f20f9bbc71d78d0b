#!/usr/bin/env node
/** `npx lab`: has TypeScript read as it stands, as `npx tsx` does, and runs lab.ts. */

import { register } from 'tsx/esm/api';

register();
await import('./lab.ts');
