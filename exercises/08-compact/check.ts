/** A list without a gap, in which everybody is heard whoever has gone, and from which it is quick to go. */

import { exercise } from '../check/exercise.ts';
import { calm } from '../check/silence.ts';

/** With a hundred times as many entries, what is searched for or shifted takes about a hundred times as long. */
const MUCH_LONGER = 20;

exercise(import.meta.url, async (check) => {
  const server = await check.start();

  await check.takes('who comes after the last one has gone is heard', server, 'comes-back', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    await a.ends().getsTheEnd();
    await calm(server); // the number is free again, and B has it next
    const b = await talk.client();
    await b.sends('PING\n').gets('PONG\n');
    await b.ends().getsTheEnd();
  });

  await check.takes('no gap is left', server, 'gap', async (talk) => {
    await calm(server);
    const [line] = server.stderr.filter((each) => each.startsWith('remove('));
    if (line !== undefined) talk.trouble(`the server says  ${line}`);
  });

  await check.takes('who has moved to another place is still known', server, 'index-left', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    for (const each of [a, b]) await each.sends('PING\n').gets('PONG\n');
    await a.ends().getsTheEnd(); // B's entry has its place now …
    const c = await talk.client();
    await c.sends('PING\n').gets('PONG\n'); // … and C's has the place that was B's
    for (const each of [b, c]) await each.sends('PING\n').gets('PONG\n');
    for (const each of [c, b]) await each.ends().getsTheEnd();
  });

  await check.takes('and what it wants has moved with it', server, 'events-left', async (talk) => {
    await calm(server);
    const [a, b] = [await talk.client(), await talk.client()];
    await a.sends('PING\nWAIT 600000\n').gets('PONG\n'); // nothing is wanted of A now
    await b.sends('PING\n').gets('PONG\n');
    a.leaves();
    await calm(server);
    await b.sends('PING\n').gets('PONG\n');
  });

  const measured = await check.start('--measure');

  await check.takes('among many it takes no longer than among few', measured, 'linear', async (talk) => {
    const [line = ''] = measured.stdout.filter((each) => each.startsWith('remove('));
    const [, few, many] = /: (\d+) ns .* (\d+) ns /.exec(line) ?? [];
    if (Number(many) > MUCH_LONGER * Number(few)) talk.trouble(`the server says  ${line}`);
  });
});
