/** The machine on which something was measured, for whoever reads the figures elsewhere. */

import { cpus, release, totalmem } from 'node:os';

const model = (cpus()[0]?.model ?? 'unknown').replace(/\(R\)|\(TM\)/g, '');

/** Processor, memory, kernel and Node of this machine, in a line. */
export const machine = `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
