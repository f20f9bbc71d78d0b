/** Connections as tasks see them: what they wait for, what they share, and how they end. */

import test, { type ExecutionContext } from 'ava';
import { Reactor } from '../../lib/loop/reactor.ts';
import { Descriptors, flags } from '../../lib/sys/fixtures/resources.ts';
import { O_NONBLOCK, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { SHUT_WR, shutdown } from '../../lib/sys/socket.ts';
import { PATIENCE } from '../../lib/testing/server.ts';
import { Connection } from './connection.ts';
import { spawn, type Task } from './task.ts';

const memory = Memory.allocate(1 << 20);

/** What a test does with connections that stand on socket pairs. */
class Clients {
  readonly reactor = new Reactor();
  /** How often the reactor has turned. */
  turns = 0;
  readonly #fds: Descriptors;

  constructor(t: ExecutionContext) {
    this.#fds = new Descriptors(t);
    this.reactor.after(PATIENCE, () => {
      throw new Error('nothing more happens'); // else a turn would wait for ever
    });
  }

  /** Starts a task on a connection. @returns its own end, and the client's */
  serve(attend: (connection: Connection, task: Task) => Promise<void>): { ours: number; client: number } {
    const [ours, client] = this.#fds.socketpair(O_NONBLOCK);
    this.#fds.forget(ours); // the task closes it
    spawn(this.reactor, async (task) => {
      const connection = new Connection(task, ours);
      try {
        await attend(connection, task);
      } finally {
        connection.close();
      }
    });
    return { ours, client };
  }

  /** Waits until a task is over, as `done` tells. @returns whether its connection is closed then */
  async closed(ours: number, done: () => boolean): Promise<boolean> {
    await this.until(done);
    await this.pass();
    return flags('self', ours) === undefined;
  }

  /** Ends a client. */
  leave(client: number): void {
    this.#fds.close(client);
  }

  /** Lets some turns pass, whatever they bring. */
  async pass(): Promise<void> {
    let over = false;
    this.reactor.after(5, () => {
      over = true;
    });
    await this.until(() => over);
  }

  /** Turns the reactor, and lets tasks go on, until something is so. */
  async until(done: () => boolean): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return;
      this.reactor.turn();
      this.turns++;
    }
  }
}

function say(fd: number, text: string): void {
  memory.bytes.write(text, 'latin1');
  write(fd, memory, 0, text.length);
}

/** All that has come, without waiting. */
function hear(fd: number): string {
  const count = read(fd, memory, 0, memory.length);
  return count > 0 ? memory.bytes.toString('latin1', 0, count) : '';
}

test.serial('lines come whole, one by one, however they were cut, and nothing comes at the end', async (t) => {
  const clients = new Clients(t);
  const said: unknown[] = [];
  const { client } = clients.serve(async (connection) => {
    for (;;) {
      const line = await connection.readLine();
      said.push(line);
      if (line === undefined) return;
    }
  });
  say(client, 'one\ntwo\r\n\nth');
  await clients.until(() => said.length === 3);
  t.deepEqual(said, ['one', 'two', '']);
  say(client, 'ree\n');
  await clients.until(() => said.length === 4);
  say(client, 'half a line');
  shutdown(client, SHUT_WR);
  await clients.until(() => said.length === 5);
  t.deepEqual(said.slice(3), ['three', undefined]);
});

test.serial('a line of 1,024 bytes is one; a longer one ends the task, whether its end has come or not', async (t) => {
  const clients = new Clients(t);
  const said: unknown[] = [];
  const attend = async (connection: Connection): Promise<void> => {
    try {
      said.push((await connection.readLine())?.length);
      await connection.readLine();
      said.push('it goes on');
    } catch (error) {
      said.push((error as Error).message);
      throw error;
    }
  };
  for (const text of [`${'x'.repeat(1025)}\n`, 'x'.repeat(1025)]) {
    said.length = 0;
    const { ours, client } = clients.serve(attend);
    say(client, `${'x'.repeat(1024)}\n`);
    await clients.until(() => said.length === 1);
    say(client, text);
    t.true(await clients.closed(ours, () => said.length === 2));
    t.deepEqual(said, [1024, 'the line is too long']);
  }
});

test.serial(
  'what a slow reader has not taken is kept apart: others speak meanwhile, and nobody’s words are mixed',
  async (t) => {
    const clients = new Clients(t);
    const [size, rounds] = [60_000, 12];
    let over = false;
    const chatter = (letter: number) => async (connection: Connection) => {
      for (let i = 0; i < rounds; i++) {
        connection.output.fill(letter, size);
        await connection.flush();
      }
      over = true;
    };
    const [a, b] = [clients.serve(chatter(0x61)), clients.serve(chatter(0x62))];
    const quick = clients.serve(async (connection) => {
      for (;;) {
        const line = await connection.readLine();
        if (line === undefined) return;
        await connection.say(`you said ${line}`);
      }
    });
    let heard = '';
    for (let i = 0; i < 3; i++) {
      say(quick.client, `${i}\n`);
      heard = '';
      await clients.until(() => {
        heard += hear(quick.client);
        return heard.endsWith('\n');
      });
      t.is(heard, `you said ${i}\n`);
    }
    t.false(over, 'the slow ones are still at it');
    const [fromA, fromB] = [[], []] as string[][] as [string[], string[]];
    const total = (parts: string[]): number => parts.reduce((sum, part) => sum + part.length, 0);
    await clients.until(() => {
      fromA.push(hear(a.client));
      fromB.push(hear(b.client));
      return total(fromA) === size * rounds && total(fromB) === size * rounds;
    });
    t.regex(fromA.join(''), /^a*$/);
    t.regex(fromB.join(''), /^b*$/);
  },
);

test.serial('a client that is gone cancels its task wherever it waits, and its descriptor is closed', async (t) => {
  const clients = new Clients(t);
  const waits: Record<string, (connection: Connection, task: Task) => Promise<unknown>> = {
    'while it sleeps': (_, task) => task.sleep(60_000),
    'while it reads no more': async (connection, task) => {
      await connection.readLine();
      await task.sleep(60_000);
    },
    'while it writes': async (connection) => {
      for (;;) {
        connection.output.fill(0x61, 60_000);
        await connection.flush();
      }
    },
  };
  for (const [where, wait] of Object.entries(waits)) {
    let met = '';
    const { ours, client } = clients.serve(async (connection, task) => {
      try {
        await wait(connection, task);
      } catch (error) {
        met = (error as Error).message;
        throw error;
      }
    });
    say(client, 'line\n');
    await clients.pass();
    t.is(met, '', where);
    clients.leave(client);
    t.true(await clients.closed(ours, () => met !== ''));
    t.is(met, 'the client is gone', where);
  }
});

test.serial('what comes while nobody waits for it does not keep the loop turning, and is there later', async (t) => {
  const clients = new Clients(t);
  let heard: string | undefined = '';
  const { client } = clients.serve(async (connection, task) => {
    await task.sleep(30);
    heard = await connection.readLine();
  });
  say(client, 'early\n');
  await clients.until(() => heard !== '');
  t.is(heard, 'early');
  t.true(clients.turns < 10, `it turned ${clients.turns} times`);
});

test.serial('who finishes ends his side first, and reads until the client has ended its own', async (t) => {
  const clients = new Clients(t);
  let over = false;
  const { ours, client } = clients.serve(async (connection) => {
    await connection.say('goodbye');
    await connection.finish();
    over = true;
  });
  let heard = '';
  await clients.until(() => {
    heard += hear(client);
    return heard === 'goodbye\n' && read(client, memory, 0, 1) === 0;
  });
  say(client, 'one word more');
  await clients.pass();
  t.false(over);
  shutdown(client, SHUT_WR);
  t.true(await clients.closed(ours, () => over));
});
