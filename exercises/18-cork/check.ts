/** An answer in three pieces is one segment, as the kernel counts; none of it waits, and none is lost. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exercise } from '../check/exercise.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

const SMALL = 'a small file\n';
/** Larger than what anybody would copy, and no line of it like another. */
const LARGE = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('');
const NONE = '404 Not Found: no such file\n';

/** What is answered, but for what the server leaves out. */
function found(body: string): string {
  const fields = ['Accept-Ranges: bytes', 'Content-Type: text/plain; charset=utf-8', 'X-Content-Type-Options: nosniff'];
  return ['HTTP/1.1 200 OK', ...fields, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

const missing = `HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: ${NONE.length}\r\n\r\n${NONE}`;

/** What the server tells of an answer when reply() has returned. */
interface Told {
  readonly segments: number;
  /** Bytes that it has given to the kernel, and the kernel has not sent. */
  readonly held: number;
  /** Whether Nagle's algorithm is on. */
  readonly nagle: boolean;
}

exercise(import.meta.url, async (check) => {
  const directory = mkdtempSync(join(tmpdir(), 'cork-'));
  check.finally(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'small.txt'), SMALL);
  writeFileSync(join(directory, 'large.txt'), LARGE);
  const server = await check.start('--files', directory);
  const told = (): string[] => server.stdout.filter((line) => / held back/.test(line));

  /** A client asks for a file, and the server tells how its answer went. */
  const asks = async (talk: Talk, a: Speaker, path: string): Promise<Told> => {
    const before = told().length;
    a.sends(`GET ${path} HTTP/1.1\r\nHost: it\r\n\r\n`);
    await talk.until(() => told().length > before, { what: 'an answer', instead: () => 'none was sent' });
    const line = told()[before]!;
    talk.note('the server', 'tells', line);
    const [, segments, held] = /: (\d+) segments?, (\d+) bytes/.exec(line) ?? [];
    return { segments: Number(segments), held: Number(held), nagle: line.includes('Nagle') };
  };

  await check.takes('an answer is whole, however large the file is', server, 'not-whole', async (talk) => {
    const a = await talk.client();
    const answers = { '/small.txt': found(SMALL), '/large.txt': found(LARGE), '/none.txt': missing };
    for (const [path, answer] of Object.entries(answers)) {
      await asks(talk, a, path);
      await a.gets(answer);
    }
  });

  await check.takes('its three pieces are one segment', server, 'three-segments', async (talk) => {
    const { segments, held, nagle } = await asks(talk, await talk.client(), '/small.txt');
    const shown = talk.text('expected: 1 segment, and nothing held back, when reply() returns');
    if (nagle) throw new Wrong('nagle', shown);
    if (held > 0) throw new Wrong('never-pulled', shown);
    if (segments === 2) throw new Wrong('too-early', shown);
    if (segments !== 1) throw new Wrong('three-segments', shown);
  });

  await check.takes('so are the two of an answer without a file', server, 'left-in', async (talk) => {
    const { segments, held } = await asks(talk, await talk.client(), '/none.txt');
    if (segments !== 1 || held > 0) talk.trouble('expected: 1 segment, and nothing held back, when reply() returns');
  });
});
