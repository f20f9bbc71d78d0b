/** Chapter 17: whose bytes are sent in the end. */

import { tmpdir } from 'node:os';
import { printed } from './experiment.ts';
import type { Prediction } from './prediction.ts';

export const predictions: readonly Prediction[] = [
  {
    question:
      'A file of As goes to a socket with sendfile. The call has returned, all bytes are in the socket, and the client has read none of them. Now the file is overwritten with Bs. What does the client get?',
    choices: [
      { id: 'as', text: 'As, which the file held when it was sent' },
      { id: 'bs', text: 'Bs, which the file holds now' },
      { id: 'abs', text: 'some of each' },
    ],
    read: 'chapters/17-sendfile/README.md#past-it',
    experiment: async (interrupted) => {
      const [, ...rows] = await printed('17-sendfile/copies', interrupted, ['--directory', tmpdir()]);
      const seen = ['The client gets', ...rows].join('\n');
      const [, got = ''] = /--with sendfile +(\w+):/.exec(seen) ?? [];
      return { measured: got.toLowerCase(), seen };
    },
  },
];
