/** What a load is, in a line; and why there was none. */

import type { Plan } from './limits.ts';
import { durationOf, type Options } from './options.ts';
import { bytes, count, many, time } from './units.ts';

/** The command that is sent. */
export function commandOf({ command, message }: Options): string {
  return message === undefined ? (command ?? 'PING') : `ECHO ${message}`;
}

/** The targets, as they were given. */
export function whereOf({ target }: Options): string {
  return target.map(({ text }) => text).join(', ');
}

/** Where, how many, what, and for how long. */
export function headline(options: Options, { shares }: Plan): string {
  const { connections, http, pipeline, think, hold, warmUp, readRate } = options;
  const words = [
    `${whereOf(options)}: ${many(connections, 'connection')}`,
    many(shares.length, 'process', 'processes'),
    hold ? 'held after one PING' : `${commandOf(options)}${http ? ' over HTTP' : ''}`,
    loop(options),
  ];
  if (pipeline > 1) words.push(`${pipeline} at a time`);
  if (warmUp > 0) words.push(`after ${time(warmUp * 1000)} of warm-up`);
  if (readRate !== undefined) words.push(`each read at ${bytes(readRate)}/s`);
  if (think > 0) words.push(`${time(think * 1000)} of thinking`);
  return words.join(', ');
}

function loop(options: Options): string {
  const { requests, duration, hold, rate, findMax } = options;
  if (hold && duration === undefined) return 'until Ctrl-C';
  if (findMax !== undefined) return `looking for the highest rate with ${findMax.text}`;
  if (requests !== undefined) return `closed loop, ${many(requests, 'request each', 'requests each')}`;
  const long = `for ${time(durationOf(options) * 1000)}`;
  if (hold) return long;
  return rate === undefined ? `closed loop, ${long}` : `open loop, ${count(rate)}/s ${long}`;
}

/** Why nobody was connected. @param errors what went wrong, and how often */
export function nobody(options: Options, errors: ReadonlyMap<string, number>): string {
  const where = whereOf(options);
  const [first = 'nobody answers'] = errors.keys();
  if (first.includes('ECONNREFUSED')) return `${where} refuses the connection; does a server listen there?`;
  if (first.includes('ENOENT')) return `${where} does not exist; does a server listen there?`;
  return `${where}: ${first}`;
}
