/** The benchmark: everything that the chapters show, measured anew. */

import { growth } from './growth.ts';
import { readRounds } from './measure.ts';
import { speed } from './speed.ts';

const rounds = readRounds('bench', 'measure the servers, and write the tables and pictures that the chapters show');
await speed(rounds);
await growth(rounds);
