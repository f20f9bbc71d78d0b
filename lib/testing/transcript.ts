/** What a text says that a command prints, so that tests can hold the program against it. */

import { readFileSync } from 'node:fs';

/**
 * The lines that a text shows below a command, up to the next command or the end of the fence.
 *
 * @param text the text's URL
 * @param command as it stands behind the `$ `
 * @throws Error when it is shown nowhere, or twice
 */
export function transcript(text: URL, command: string): string[] {
  const lines = readFileSync(text, 'utf8').split('\n');
  const places = lines.flatMap((line, i) => (line === `$ ${command}` ? [i + 1] : []));
  if (places.length !== 1) throw new Error(`${text.pathname} shows "${command}" ${places.length} times`);
  const rest = lines.slice(places[0]);
  return rest.slice(
    0,
    rest.findIndex((line) => line.startsWith('$ ') || line.startsWith('```')),
  );
}
