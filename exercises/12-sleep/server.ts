/** A server of coroutines, with the tasks and the reactor of chapter 12; what they know of time is yours. */

import { Connection, Listener } from '../../chapters/12-coroutines/connection.ts';
import { run, spawn, type Task, TimedOut } from '../../chapters/12-coroutines/task.ts';
import { Reactor } from '../../lib/loop/reactor.ts';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { subject } from '../check/subject.ts';

const NAME = '12-sleep';
const options = serverCommand(NAME, 'carry out commands that take time, with your sleep() and withTimeout()')
  .parse()
  .opts<{ host: string; port: number }>();
const { sleep, withTimeout } = await subject<typeof import('./starter.ts')>(import.meta.url, 'sleep', 'withTimeout');

/** A reactor that knows how many of its timers run. */
class Counting extends Reactor {
  timers = 0;

  override after(milliseconds: number, callback: () => void): () => void {
    let runs = true;
    const ends = (): void => {
      if (runs) this.timers--;
      runs = false;
    };
    this.timers++;
    const callOff = super.after(milliseconds, () => {
      ends();
      callback();
    });
    return () => {
      ends();
      callOff();
    };
  }
}

const reactor = new Counting();
/** How many commands are under way. */
let commands = 0;

/** What FAIL throws. */
class Failure extends Error {}

// #region commands
/** Carries out a command, in which there may be another. @returns the answer */
async function carryOut(task: Task, connection: Connection, command: string): Promise<string> {
  const [, word, amount, rest = ''] = /^(\w+) ?(\d*) ?(.*)$/.exec(command) ?? [];
  if (word === 'COUNT') return `${commands} commands, ${reactor.timers} timers`;
  commands++;
  try {
    switch (word) {
      case 'PING':
        return 'PONG';
      case 'WAIT':
        await sleep(task, Number(amount));
        return 'DONE';
      case 'WITHIN':
        return await withTimeout(task, Number(amount), () => carryOut(task, connection, rest));
      case 'LINE':
        return (await connection.readLine()) ?? 'END';
      case 'SPIN':
        spin(Number(amount));
        return 'SPUN';
      case 'FAIL':
        throw new Failure('it was told to');
      default:
        return 'ERROR unknown command';
    }
  } finally {
    commands--; // however it ended
  }
}
// #endregion commands

/** Keeps the whole loop busy for so many milliseconds. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** What is answered to who has met an error. @throws the error itself, when its client is gone */
function inWords(error: Error): string {
  if (error instanceof TimedOut) return 'TOO LATE';
  if (error instanceof Failure) return 'FAILED';
  throw error;
}

async function attend(task: Task, client: number): Promise<void> {
  const connection = new Connection(task, client);
  try {
    for (let line = await connection.readLine(); line !== undefined; line = await connection.readLine()) {
      await connection.say(await carryOut(task, connection, line).catch(inWords));
    }
  } finally {
    connection.close();
  }
}

const listener = await openServer(NAME, options, { nonblocking: true });
dieOnSignals();
announce(NAME, listener);
spawn(reactor, async (task) => {
  const door = new Listener(task, listener);
  for (;;) {
    const client = await door.accept();
    spawn(reactor, (task) => attend(task, client));
  }
});
run(reactor);
