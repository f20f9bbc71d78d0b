/** A recording as a file: JSON with a line for each client and each call, so that two of them can be compared. */

import type { Recording } from './recording.ts';

function list(name: string, items: readonly string[], indent: string): string {
  const rows = items.map((item) => `${indent}  ${item}`).join(',\n');
  return `"${name}": [\n${rows}\n${indent}]`;
}

/** @returns JSON */
export function format({ clients, workers, requests, ...head }: Recording): string {
  const fields = Object.entries(head).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  const calls = workers.map(({ calls, ...worker }) => {
    const rows = calls.map((call) => JSON.stringify(call));
    return `${JSON.stringify(worker).slice(0, -1)}, ${list('calls', rows, '    ')} }`;
  });
  const lists = [
    list(
      'clients',
      clients.map((client) => JSON.stringify(client)),
      '  ',
    ),
    list('workers', calls, '  '),
  ];
  if (requests !== undefined)
    lists.push(
      list(
        'requests',
        requests.map((request) => JSON.stringify(request)),
        '  ',
      ),
    );
  return `{\n  ${[...fields, ...lists].join(',\n  ')}\n}\n`;
}
