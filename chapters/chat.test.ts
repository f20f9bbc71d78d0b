/** Every chat: each line reaches all others, whole and in order, whoever is slow, and who is too slow is dropped. */

import { existsSync } from 'node:fs';
import test from 'ava';
import { MAX_BACKLOG } from '../lib/service/chat.ts';
import { type Client, connectTo } from '../lib/testing/client.ts';
import { startServer } from '../lib/testing/server.ts';
import { serverChapters, waysOf } from './servers.ts';

const chats = serverChapters()
  .map((chapter) => ({ name: chapter.name, path: `chapters/${chapter.name}/chat.ts`, ways: waysOf(chapter) }))
  .filter(({ path }) => existsSync(new URL(`../${path}`, import.meta.url)));

/** Makes sure that a client is in the room: its word comes back to another who is. */
async function enters(newcomer: Client, witness: Client, word: string): Promise<void> {
  newcomer.send(`${word}\n`);
  while ((await witness.line()) !== word);
}

for (const { name, path, ways } of chats) {
  for (const args of ways) {
    const title = [name, ...args].join(' ');

    test(`${title}: a line reaches all others, byte for byte, and not its sender`, async (t) => {
      const server = await startServer(t, path, { args });
      const a = await connectTo(t, server);
      const b = await connectTo(t, server);
      await enters(b, a, 'b');
      const c = await connectTo(t, server);
      await enters(c, a, 'c');
      t.is(await b.line(), 'c');
      a.send('hel');
      a.send('lo\r\nagain \xe9\nunfinished');
      for (const client of [b, c]) {
        t.is(await client.line(), 'hello\r');
        t.is(await client.line(), 'again \xc3\xa9');
      }
      b.send('from b\n');
      t.is(await a.line(), 'from b');
      t.is(await c.line(), 'from b');
      a.close(); // what it did not finish is lost with it
      b.send('still here\n');
      t.is(await c.line(), 'still here');
    });

    test(`${title}: a line that is too long is refused to its sender, who stays`, async (t) => {
      const server = await startServer(t, path, { args });
      const [a, b] = [await connectTo(t, server), await connectTo(t, server)];
      await enters(b, a, 'b');
      a.send(`${'x'.repeat(100_000)}\n${'y'.repeat(1024)}\n`);
      t.is(await a.line(), 'ERROR line too long');
      t.is(await b.line(), 'y'.repeat(1024));
    });

    test(`${title}: a slow reader holds up nobody, and is dropped when it is too far behind`, async (t) => {
      const server = await startServer(t, path, { args });
      const [speaker, reader, slow] = [
        await connectTo(t, server),
        await connectTo(t, server),
        await connectTo(t, server),
      ];
      await enters(reader, speaker, 'reader');
      await enters(slow, speaker, 'slow');
      t.is(await reader.line(), 'slow');
      slow.socket.pause();
      const dropped = server.line(/dropped: it does not read/);
      const line = `${'z'.repeat(1000)}\n`;
      let gone = false;
      let said = 0;
      void dropped.then(() => {
        gone = true;
      });
      // The reader has each line before the next is said: it does not wait for the slow one, however full that is.
      while (!gone) {
        speaker.send(line.repeat(64));
        for (let i = 0; i < 64; i++) t.is(await reader.line(), 'z'.repeat(1000));
        said += 64 * line.length;
      }
      t.true(said > MAX_BACKLOG);
      speaker.send('goes on\n');
      t.is(await reader.line(), 'goes on');
      const seen = await slow.rest().catch(() => Buffer.alloc(0));
      t.true(seen.length < said, 'what was kept for it is bounded');
    });
  }
}
