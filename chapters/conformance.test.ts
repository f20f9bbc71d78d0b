/** Every chapter's server speaks the service's protocol, in both faces, to the last byte. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { burn } from '../lib/service/burn.ts';
import { ask, connectTo, dial } from '../lib/testing/client.ts';
import { launchServer, type Server, startServer } from '../lib/testing/server.ts';
import { serverChapters, waysOf } from './servers.ts';

type Check = (t: ExecutionContext, server: Server, path: string) => Promise<void>;
const checks: Record<string, Check> = {};
const run = promisify(execFile);

/** Compares long answers and shows where they part. */
function same(t: ExecutionContext, actual: string, expected: string): void {
  let at = 0;
  while (at < expected.length && actual[at] === expected[at]) at++;
  const near = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  t.true(
    actual === expected,
    `differs at byte ${at} of ${expected.length}: came ${near(actual)}, expected ${near(expected)}`,
  );
}

function response(body: string, status = '200 OK', header = ''): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n${header}\r\n${body}`;
}

const get = (path: string, header = ''): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n${header}\r\n`;
const CLOSE = 'Connection: close\r\n';

checks['answers every command'] = async (t, server) => {
  const answers = await ask(
    t,
    server,
    'PING\nECHO hello  world \nWAIT 0\nWAIT 1\nBURN 0\nBURN 300\nSTREAM 0\nSTREAM 3\n',
  );
  t.is(answers, `PONG\nhello  world \nDONE\nDONE\nRESULT 0\nRESULT ${burn(300)}\nDONE\nAAADONE\n`);
};

checks['answers a mistake with ERROR and goes on'] = async (t, server) => {
  const mistakes: Record<string, string> = {
    '': 'unknown command',
    HELLO: 'unknown command',
    ping: 'unknown command',
    PINGPONG: 'unknown command',
    'PING ': 'PING takes no argument',
    ECHO: 'ECHO takes a text',
    WAIT: 'WAIT takes 0 to 600000 milliseconds',
    'WAIT 600001': 'WAIT takes 0 to 600000 milliseconds',
    'WAIT -1': 'WAIT takes 0 to 600000 milliseconds',
    'WAIT 1 ': 'WAIT takes 0 to 600000 milliseconds',
    'BURN 1000000001': 'BURN takes 0 to 1000000000 rounds',
    'BURN 1e3': 'BURN takes 0 to 1000000000 rounds',
    'STREAM 1000000000001': 'STREAM takes 0 to 1000000000000 bytes',
    'STREAM 0x10': 'STREAM takes 0 to 1000000000000 bytes',
  };
  const client = await connectTo(t, server);
  for (const [line, reason] of Object.entries(mistakes)) {
    t.is(await client.send(`${line}\n`).line(), `ERROR ${reason}`, JSON.stringify(line));
  }
  t.is(await client.send('PING\n').line(), 'PONG');
  client.close();
};

checks['echoes every byte but the end of the line'] = async (t, server) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 10));
  const line = Buffer.concat([Buffer.from('ECHO '), bytes, Buffer.from('\n')]);
  const client = await connectTo(t, server);
  t.deepEqual(await client.send(line).read(256), Buffer.concat([bytes, Buffer.from('\n')]));
  client.close();
};

checks['drops one CR before the end of the line, and no more'] = async (t, server) => {
  t.is(await ask(t, server, 'PING\r\nECHO a\r\r\nECHO \r\nWAIT 1\r\n'), 'PONG\na\r\n\nDONE\n');
};

checks['takes a line of 1,024 bytes and refuses one of 1,025'] = async (t, server) => {
  const text = 'x'.repeat(1019);
  t.is(await ask(t, server, `ECHO ${text}\nECHO ${text}\r\nPING\n`), `${text}\n${text}\nPONG\n`);
  const client = await connectTo(t, server);
  t.is((await client.send(`PING\nECHO ${text}x\nPING\n`).rest()).toString(), 'PONG\nERROR line too long\n');
  client.close();
};

checks['answers 500 PINGs that come in one write'] = async (t, server) => {
  same(t, await ask(t, server, 'PING\n'.repeat(500)), 'PONG\n'.repeat(500));
};

checks['answers requests that come byte by byte'] = async (t, server) => {
  const client = await connectTo(t, server);
  for (const byte of 'ECHO slow\r\nBURN 5\n') client.send(byte);
  t.is(await client.line(), 'slow');
  t.is(await client.line(), `RESULT ${burn(5)}`);
  client.close();
  const http = await connectTo(t, server);
  for (const byte of get('/echo/slow')) http.send(byte);
  t.is((await http.read(response('slow\n').length)).toString(), response('slow\n'));
  http.close();
};

checks['answers in order, whatever takes longer'] = async (t, server) => {
  const asked = 'WAIT 20\nBURN 100000\nPING\nSTREAM 200000\nWAIT 5\nECHO last\n';
  const expected = `DONE\nRESULT ${burn(100_000)}\nPONG\n${'A'.repeat(200_000)}DONE\nDONE\nlast\n`;
  same(t, await ask(t, server, asked), expected);
};

checks['sends what is answered before a WAIT without waiting'] = async (t, _, path) => {
  const client = await connectTo(t, await startServer(t, path, { loader: 'tsx' })); // one that may wait for as long as the test runs
  client.send('PING\nWAIT 600000\nPING\n');
  t.is(await client.line(), 'PONG');
};

checks['answers a long pipeline of everything, more than any buffer holds'] = async (t, server) => {
  let asked = '';
  let expected = '';
  for (let i = 0; i < 4000; i++) {
    asked += `PING\nECHO ${i} ${'e'.repeat(i % 1000)}\nSTREAM ${i}\nBURN ${i % 50}\nNO ${i}\n`;
    expected += `PONG\n${i} ${'e'.repeat(i % 1000)}\n${'A'.repeat(i)}DONE\nRESULT ${burn(i % 50)}\nERROR unknown command\n`;
  }
  same(t, await ask(t, server, asked), expected);
};

checks['gives nobody the answer of another, however much is under way'] = async (t, server) => {
  const asked = `${'BURN 3\n'.repeat(40)}STREAM 3000000\nBURN 1\n`;
  const expected = `${`RESULT ${burn(3)}\n`.repeat(40)}${'A'.repeat(3_000_000)}DONE\nRESULT ${burn(1)}\n`;
  const first = await connectTo(t, server);
  first.send(asked).end();
  const second = dial(t, server);
  second.send('PING\nBURN 2\n').end();
  same(t, (await first.rest()).toString(), expected);
  t.is((await second.rest()).toString(), `PONG\nRESULT ${burn(2)}\n`);
};

checks['answers all that was asked before a half-close, then closes'] = async (t, server) => {
  t.is(await ask(t, server, 'WAIT 10\nSTREAM 10\nPING\nPING'), 'DONE\nAAAAAAAAAADONE\nPONG\n');
  t.is(await ask(t, server, ''), '');
};

checks['answers HTTP on one connection, request after request'] = async (t, server) => {
  const client = await connectTo(t, server);
  for (const [path, body] of Object.entries({
    '/ping': 'PONG\n',
    '/ping?x=1': 'PONG\n',
    '/echo/hello%20w%C3%B6rld%2F/%': '',
    '/echo/hello%20world%2F/x': 'hello world//x\n',
    '/wait/5': 'DONE\n',
    '/burn/300': `RESULT ${burn(300)}\n`,
    '/stream/7': 'AAAAAAADONE\n',
  })) {
    const expected = body === '' ? response('ERROR bad path\n', '400 Bad Request') : response(body);
    t.is((await client.send(get(path)).read(expected.length)).toString(), expected, path);
  }
  client.close();
};

checks['answers pipelined HTTP in order'] = async (t, server) => {
  const asked = `${get('/wait/20')}${get('/ping').repeat(100)}${get('/stream/100000')}${get('/echo/last')}`;
  const stream = response(`${'A'.repeat(100_000)}DONE\n`);
  same(
    t,
    await ask(t, server, asked),
    response('DONE\n') + response('PONG\n').repeat(100) + stream + response('last\n'),
  );
};

checks['closes an HTTP connection when the client says so, and not before'] = async (t, server) => {
  const client = await connectTo(t, server);
  client.send(get('/ping') + get('/ping', CLOSE) + get('/ping'));
  t.is((await client.rest()).toString(), response('PONG\n') + response('PONG\n', '200 OK', CLOSE));
  client.close();
};

checks['answers HTTP/1.0, which ends unless asked to stay'] = async (t, server) => {
  const client = await connectTo(t, server);
  const stay = 'Connection: keep-alive\r\n';
  client.send(`GET /ping HTTP/1.0\r\n${stay}\r\nGET /ping HTTP/1.0\r\n\r\n`);
  t.is((await client.rest()).toString(), response('PONG\n', '200 OK', stay) + response('PONG\n', '200 OK', CLOSE));
  client.close();
};

checks['answers HEAD with the header alone'] = async (t, server) => {
  const head = (body: string): string => response(body).slice(0, -body.length);
  const asked = `HEAD /ping HTTP/1.1\r\nHost: test\r\n\r\nHEAD /stream/9 HTTP/1.1\r\nHost: test\r\n\r\n${get('/ping')}`;
  t.is(await ask(t, server, asked), head('PONG\n') + head('AAAAAAAAADONE\n') + response('PONG\n'));
};

checks['answers bad HTTP requests with the status that fits'] = async (t, server) => {
  const goesOn: [string, string, string?][] = [
    [get('/nothing'), '404 Not Found'],
    [get('/'), '404 Not Found'],
    [get('/wait/x'), '400 Bad Request'],
    [get(`/echo/${'x'.repeat(1100)}`), '414 URI Too Long'],
    ['DELETE /ping HTTP/1.1\r\nHost: test\r\n\r\n', '405 Method Not Allowed', 'Allow: GET, HEAD\r\n'],
  ];
  const ends: [string, string, string?][] = [
    [
      'POST /ping HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody',
      '405 Method Not Allowed',
      'Allow: GET, HEAD\r\n',
    ],
    [get('/ping', 'Content-Length: 4\r\n'), '400 Bad Request'],
    ['GET /ping HTTP/1.1\r\n\r\n', '400 Bad Request'],
    [get('/ping', 'no field\r\n'), '400 Bad Request'],
    [get('/ping', 'Name : space\r\n'), '400 Bad Request'],
    [get('/ping', 'Folded: a\r\n b\r\n'), '400 Bad Request'],
    [get('/ping', `Long: ${'x'.repeat(9000)}\r\n`), '431 Request Header Fields Too Large'],
    [get(`/echo/${'x'.repeat(9000)}`), '414 URI Too Long'],
    ['GET /ping HTTP/2.0\r\nHost: test\r\n\r\n', '505 HTTP Version Not Supported'],
  ];
  for (const [asked, status, header = ''] of goesOn) {
    const answer = await ask(t, server, asked + get('/ping'));
    t.true(answer.startsWith(`HTTP/1.1 ${status}\r\n`) && answer.includes(header), `${asked}\n${answer}`);
    t.true(answer.endsWith(response('PONG\n')), `it goes on after ${status}: ${answer}`);
  }
  for (const [asked, status, header = ''] of ends) {
    const client = await connectTo(t, server);
    const answer = (await client.send(asked + get('/ping')).rest()).toString();
    client.close();
    t.true(answer.startsWith(`HTTP/1.1 ${status}\r\n`) && answer.includes(header), `${asked}\n${answer}`);
    t.true(answer.includes(CLOSE) && !answer.includes('PONG'), `it ends after ${status}: ${answer}`);
  }
};

checks['tells the faces apart by the first line alone'] = async (t, server) => {
  t.is(await ask(t, server, 'ECHO GET / HTTP/1.1\nGET / HTTP/1.1\n'), 'GET / HTTP/1.1\nERROR unknown command\n');
  t.is(
    await ask(t, server, `${get('/ping')}PING\r\n\r\n`),
    response('PONG\n') + response('ERROR bad request\n', '400 Bad Request', CLOSE),
  );
};

checks['answers nc and curl'] = async (t, server) => {
  const netcat = run('nc', ['-N', server.host, String(server.port)]);
  netcat.child.stdin?.end('PING\nSTREAM 100000\n');
  same(t, (await netcat).stdout, `PONG\n${'A'.repeat(100_000)}DONE\n`);
  const url = (path: string): string => `http://${server.host}:${server.port}${path}`;
  t.is((await run('curl', ['-sS', url('/stream/100'), url('/echo/hi')])).stdout, `${'A'.repeat(100)}DONE\nhi\n`);
};

const servers: Server[] = [];
test.after.always(() => Promise.all(servers.map((server) => server.kill())));

for (const chapter of serverChapters()) {
  const { name, path } = chapter;
  for (const args of waysOf(chapter)) {
    let started: Promise<Server> | undefined;
    for (const [title, check] of Object.entries(checks)) {
      test.serial(`${[name, ...args].join(' ')} ${title}`, async (t) => {
        started ??= launchServer(path, { args, loader: 'tsx' }).then((server) => {
          servers.push(server);
          return server;
        });
        await check(t, await started, path);
      });
    }
  }
}
