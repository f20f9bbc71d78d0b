/** Every chapter's server under autocannon: with the load that it can bear, and with more than it can serve. */

import test, { type ExecutionContext } from 'ava';
import { burn } from '../lib/service/burn.ts';
import { type Fired, fire } from '../lib/testing/fire.ts';
import { launchServer, type Server } from '../lib/testing/server.ts';
import type { Traits } from './chapters.ts';
import { serverChapters } from './servers.ts';

/** What is asked, and what the body of the answer must be to the last byte. */
const bodies: Record<string, string> = {
  '/ping': 'PONG\n',
  '/stream/4096': `${'A'.repeat(4096)}DONE\n`,
  '/burn/1000': `RESULT ${burn(1000)}\n`,
};
/** How many connections are enough to try an architecture, by what each of them costs. */
const ENOUGH = { nothing: 100, thread: 25, process: 10 };
/** Where fewer are served at once, the others wait for as long as these keep their connections. */
const FEW = 64;
const PIPELINING = 10;

/** As many connections as are served at once, or enough of them. */
function bearable({ clients, connection }: Traits): number {
  return Math.min(clients === 'descriptors' ? Number.POSITIVE_INFINITY : clients, ENOUGH[connection]);
}

/** Nothing went wrong, and each connection got its answers without ever being closed. */
function clean(t: ExecutionContext, { result, answers, sockets }: Fired, connections: number, each: number): void {
  const { errors, timeouts, mismatches, non2xx } = result;
  t.deepEqual({ errors, timeouts, mismatches, non2xx }, { errors: 0, timeouts: 0, mismatches: 0, non2xx: 0 });
  t.is(result['2xx'], connections * each);
  t.deepEqual(answers, Array<number>(connections).fill(each), 'every connection gets its share');
  t.is(sockets, connections, 'no connection was closed');
}

async function answersPipelined(t: ExecutionContext, server: Server, traits: Traits): Promise<void> {
  const connections = bearable(traits);
  const each = 10 * PIPELINING;
  const wrong: string[] = [];
  // Each of ten requests under way wants an answer of its own, so that no two can be exchanged.
  const requests = Array.from({ length: PIPELINING }, (_, i) => ({
    path: `/echo/${'e'.repeat(i)}${i}`,
    onResponse: (status: number, body: string): void => {
      if (status !== 200 || body !== `${'e'.repeat(i)}${i}\n`) wrong.push(`${i}: ${status} ${body}`);
    },
  }));
  const load = { connections, pipelining: PIPELINING, amount: connections * each, requests };
  const fired = await fire(server, '/', load);
  t.deepEqual(wrong, []);
  // It leaves as soon as it has sent its last request and has room for one more, with all but one unanswered.
  clean(t, fired, connections, each - PIPELINING + 1);
}

async function starvesOthers(t: ExecutionContext, server: Server, served: number): Promise<void> {
  const connections = served === 1 ? 10 : 2 * served;
  const { result, answers } = await fire(server, '/ping', {
    connections,
    duration: 35, // far more than it takes, on a busy machine too; `enough` ends it
    expectBody: 'PONG\n',
    enough: (counts) => counts.length >= served && counts.every((count) => count >= 500),
  });
  const { errors, mismatches, non2xx } = result;
  t.deepEqual({ errors, mismatches, non2xx }, { errors: 0, mismatches: 0, non2xx: 0 });
  t.is(answers.length, served, `${answers.length} of ${connections} connections got answers: ${answers}`);
}

const servers: Server[] = [];
test.after.always(() => Promise.all(servers.map((server) => server.kill())));

for (const { name, path, traits } of serverChapters()) {
  let started: Promise<Server> | undefined;
  const onServer = (title: string, check: (t: ExecutionContext, server: Server) => Promise<void>): void =>
    test.serial(`${name} ${title}`, async (t) => {
      started ??= launchServer(path).then((server) => {
        servers.push(server);
        return server;
      });
      await check(t, await started);
    });

  const connections = bearable(traits);
  const many = connections === 1 ? 'one connection' : `${connections} connections at a time`;
  for (const [url, body] of Object.entries(bodies)) {
    onServer(`answers ${url} on ${many} without an error`, async (t, server) => {
      const each = Math.ceil(1000 / connections);
      clean(
        t,
        await fire(server, url, { connections, amount: connections * each, expectBody: body }),
        connections,
        each,
      );
    });
  }
  onServer(`answers ${PIPELINING} pipelined requests on ${many}, each with its own answer`, (t, server) =>
    answersPipelined(t, server, traits),
  );
  const { clients } = traits;
  if (clients === 'descriptors' || clients >= FEW) continue;
  const [starved, fed] =
    clients === 1 ? ['all but one of ten', 'that one goes'] : [`half of ${2 * clients}`, 'the others go'];
  onServer(`starves ${starved} keep-alive connections, for as long as ${fed} on`, (t, server) =>
    starvesOthers(t, server, clients),
  );
}
