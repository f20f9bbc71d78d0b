/** A game to show what coroutines are for: a conversation with a memory, whose place in it is a place in the code. */

import { randomInt } from 'node:crypto';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { Connection } from './connection.ts';
import { serve } from './serve.ts';
import { type Task, TimedOut } from './task.ts';

const NAME = '12-coroutines guess';
const options = serverCommand(NAME, 'think of a number, and let each client guess it')
  .option('--patience <ms>', 'how long to wait for a guess', wholeNumber(1, 600_000), 10_000)
  .parse()
  .opts<{ host: string; port: number; patience: number }>();

let players = 0;

// #region play
async function play(task: Task, client: number): Promise<void> {
  const connection = new Connection(task, client);
  console.log(`${++players} playing`);
  try {
    await connection.say('I think of a number from 1 to 100. Which?');
    const number = randomInt(1, 101);
    for (;;) {
      const line = await task.withTimeout(options.patience, () => connection.readLine());
      if (line === undefined) return;
      await task.sleep(100); // let nobody try all of them at once
      const guess = Number.parseInt(line, 10);
      if (guess === number) break;
      await connection.say(Number.isNaN(guess) ? 'A number.' : guess < number ? 'More.' : 'Less.');
    }
    await connection.say('Yes.');
    await connection.finish();
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    await task.withTimeout(options.patience, () => connection.say('Too late.'));
    await connection.finish();
  } finally {
    connection.close(); // whether it was guessed, given up, too late or cut off
    console.log(`${--players} playing`);
  }
}
// #endregion play

const listener = await openServer(NAME, options, { nonblocking: true });
dieOnSignals();
announce(NAME, listener);
serve(listener, play);
