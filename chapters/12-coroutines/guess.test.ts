/** The guessing game: what a player is told, and that nobody is counted any more who has gone, however he went. */

import test, { type ExecutionContext } from 'ava';
import { type Client, connectTo } from '../../lib/testing/client.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { type Server, startServer, until } from '../../lib/testing/server.ts';

const GAME = 'chapters/12-coroutines/guess.ts';

/** A game, and how many descriptors it has without players. */
interface Game {
  readonly server: Server;
  readonly descriptors: number;
}

async function start(t: ExecutionContext, ...args: string[]): Promise<Game> {
  const server = await startServer(t, GAME, { args });
  await settled(server);
  return { server, descriptors: openDescriptors(server) };
}

/** Connects, and is asked to guess. */
async function join(t: ExecutionContext, { server }: Game): Promise<Client> {
  const client = await connectTo(t, server);
  t.is(await client.line(), 'I think of a number from 1 to 100. Which?');
  return client;
}

/** Waits until so many are playing, as the game says, and no other has a descriptor. */
async function playing({ server, descriptors }: Game, players: number): Promise<void> {
  await until(() => server.stdout.at(-1) === `${players} playing`, `${players} are playing`);
  await until(() => openDescriptors(server) === descriptors + players, `${players} have a descriptor`);
}

/** Guesses by halves until it is right. @returns the number */
async function guess(t: ExecutionContext, client: Client): Promise<number> {
  for (let [least, most] = [1, 100]; least <= most; ) {
    const middle = (least + most) >> 1;
    const answer = await client.send(`${middle}\n`).line();
    if (answer === 'Yes.') return middle;
    t.true(answer === 'More.' || answer === 'Less.', answer);
    if (answer === 'More.') least = middle + 1;
    else most = middle - 1;
  }
  throw new Error('it was not a number from 1 to 100, or not always the same');
}

test('the game says more or less, asks for a number, and ends with the right one', async (t) => {
  const game = await start(t);
  const client = await join(t, game);
  await playing(game, 1);
  const said: [string, string][] = [
    ['0', 'More.'],
    ['101\r', 'Less.'],
    ['-1', 'More.'],
    ['', 'A number.'],
    ['x', 'A number.'],
    ['GET / HTTP/1.1', 'A number.'],
    ['\0', 'A number.'],
    [`${'9'.repeat(1024)}`, 'Less.'],
    [`${'9'.repeat(1024)}\r`, 'Less.'],
  ];
  for (const [line, answer] of said) t.is(await client.send(`${line}\n`).line(), answer, line);
  await guess(t, client);
  t.is((await client.rest()).length, 0, 'the game is over');
  await playing(game, 0);
  t.deepEqual(game.server.stdout.slice(1), ['1 playing', '0 playing']);
  t.deepEqual(game.server.stderr, []);
});

test('each of several players has a number of his own, and plays while another thinks', async (t) => {
  const game = await start(t);
  const thinker = await join(t, game);
  const others = await Promise.all(Array.from({ length: 12 }, () => join(t, game)));
  await playing(game, 13);
  const numbers = await Promise.all(others.map((client) => guess(t, client)));
  t.true(new Set(numbers).size > 1, `not all of them are ${numbers[0]}`);
  await playing(game, 1);
  await guess(t, thinker);
  await playing(game, 0);
});

test('guesses that come at once are answered one by one, and those before a half-close to the last', async (t) => {
  const game = await start(t);
  const client = await join(t, game);
  client.send('0\n101\nx\n0\nno li').end();
  t.is((await client.rest()).toString(), 'More.\nLess.\nA number.\nMore.\n', 'what is no line is no guess');
  client.close();
  await playing(game, 0);
});

test('the last word arrives, although more guesses lie unread', async (t) => {
  const game = await start(t);
  const client = await join(t, game);
  client.send(Array.from({ length: 100 }, (_, i) => `${i + 1}\n`).join(''));
  await until(() => client.socket.readableLength > 0, 'it is at them');
  client.send('0\n'); // which the server does not come to
  t.regex((await client.rest()).toString(), /^(More\.\n)*Yes\.\n$/); // rest() throws at a reset
  client.close();
  await playing(game, 0);
});

test('who says nothing for too long is told so, and is out; who has said half a line, too', async (t) => {
  const game = await start(t, '--patience', '50');
  for (const said of ['', '5']) {
    const client = await join(t, game);
    client.send(said);
    t.is((await client.rest()).toString(), 'Too late.\n');
    client.close();
    await playing(game, 0);
  }
  t.deepEqual(game.server.stderr, []);
});

test('a line that is too long ends the game', async (t) => {
  const game = await start(t);
  for (const text of [`${'x'.repeat(1025)}\n`, 'x'.repeat(5000), 'x'.repeat(1_000_000)]) {
    const client = await join(t, game);
    client.send(text);
    t.is((await client.rest().catch(() => '')).length, 0, 'an end, or a reset');
    client.close();
    await playing(game, 0);
  }
  t.deepEqual(game.server.stderr, []);
});

test('who leaves is counted no more, whatever the game was waiting for', async (t) => {
  const game = await start(t);
  const stays = await join(t, game);
  // It waits for a guess; for the rest of a line; for the time between two guesses; or has guesses to go.
  for (const said of ['', '5', '0\n', '0\n'.repeat(20)]) {
    for (const how of ['reset', 'close'] as const) {
      const client = await join(t, game);
      await playing(game, 2);
      client.send(said);
      client[how]();
      await playing(game, 1);
    }
  }
  await guess(t, stays);
  await playing(game, 0);
  t.deepEqual(game.server.stderr, []);
});

test('a player who takes no answers is no trouble for the others, and is counted until he leaves', async (t) => {
  const game = await start(t);
  const client = await connectTo(t, game.server); // it never reads
  client.send('0\n'.repeat(5));
  await guess(t, await join(t, game));
  await playing(game, 1);
  client.reset();
  await playing(game, 0);
});
