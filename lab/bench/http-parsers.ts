/** What it costs to parse an HTTP/1.1 request: CPU time per request, parser by parser, input by input. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { HTTPParser } from 'http-parser-js';
import { machine, markdown, median, save } from './table.ts';

/** Parses bytes `start` … `end`, but not beyond the end of a request; throws at a malformed one. @returns how many */
type Feed = (bytes: Buffer, start: number, end: number) => number;
/** What a session must know of the request at hand; `done` at its end, and for the caller to clear. */
const seen = { done: false, get: false, url: '', version: 0, keepAlive: false, hosts: 0 };

// TypeScript knows WebAssembly only with the types of the DOM.
declare const WebAssembly: Record<'Module' | 'Instance', new (...args: unknown[]) => { exports: object }>;
type Exports = { memory: { buffer: ArrayBuffer } } & Record<string, (...numbers: number[]) => number>;

/** llhttp, Node's own parser, in the WebAssembly build that undici carries. */
function llhttp(): Feed {
  const [REQUEST, GET, PAUSED, AREA] = [1, 1, 21, 65_536]; // the first three as in undici/lib/llhttp/constants.js
  let host = 0; // letters of a name that are Host's, 99 if one is not; what two feeds cut comes in two calls
  /** Called with the parser, then a span's address and length. What returns nothing returns 0: go on. */
  const env: Record<string, (...numbers: number[]) => unknown> = {
    wasm_on_message_begin: () => {
      seen.url = '';
      seen.hosts = 0;
    },
    wasm_on_url: (_, at, length) => {
      seen.url += memory.toString('latin1', at, at + length);
    },
    wasm_on_status: () => 0,
    wasm_on_header_field: (_, at, length) => {
      for (let i = 0; host < 99 && i < length; i++)
        host = (memory[at + i] | 32) === 'host'.charCodeAt(host) ? host + 1 : 99;
    },
    wasm_on_header_value: () => {
      if (host === 4) seen.hosts++;
      host = 0;
    },
    wasm_on_headers_complete: (parser, _status, _upgrade, keepAlive) => {
      seen.get = wasm.llhttp_get_method(parser) === GET;
      seen.version = 10 * wasm.llhttp_get_http_major(parser) + wasm.llhttp_get_http_minor(parser);
      seen.keepAlive = keepAlive === 1;
    },
    wasm_on_body: () => 0,
    wasm_on_message_complete: () => {
      seen.done = true;
      return PAUSED;
    },
  };
  const module = new WebAssembly.Module(createRequire(import.meta.url)('undici/lib/llhttp/llhttp-wasm.js'));
  const wasm = new WebAssembly.Instance(module, { env }).exports as Exports;
  const parser = wasm.llhttp_alloc(REQUEST);
  const area = wasm.malloc(AREA);
  const memory = Buffer.from(wasm.memory.buffer); // after the last malloc: memory that grows moves
  return (bytes, start, end) => {
    const length = Math.min(end - start, AREA);
    if (length < 16) for (let i = 0; i < length; i++) memory[area + i] = bytes[start + i];
    else bytes.copy(memory, area, start, start + length);
    const code = wasm.llhttp_execute(parser, area, length);
    if (code === 0) return length;
    if (code !== PAUSED) throw new Error(`malformed: llhttp's error ${code}`);
    wasm.llhttp_resume(parser);
    return wasm.llhttp_get_error_pos(parser) - area;
  };
}

/** http-parser-js: ends a request at its head, for it cannot stop after a body. */
function httpParserJs(): Feed {
  const parser = new HTTPParser(HTTPParser.REQUEST);
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    seen.done = true;
    seen.get = HTTPParser.methods[info.method] === 'GET';
    seen.url = info.url;
    seen.version = 10 * info.versionMajor + info.versionMinor;
    seen.keepAlive = info.shouldKeepAlive;
    seen.hosts = info.headers.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'host').length;
    return 2;
  };
  return (bytes, start, end) => {
    const taken = parser.execute(bytes, start, end - start);
    if (typeof taken === 'number') return taken;
    throw taken;
  };
}

/** Takes a request with the same bytes as the one before to be the same request. */
function memo(feed: Feed): Feed {
  let last = Buffer.from('x');
  let midway = false;
  return (bytes, start, end) => {
    const again = start + last.length;
    seen.done = !midway && again <= end && last.compare(bytes, start, again) === 0;
    if (seen.done) return last.length;
    const taken = feed(bytes, start, end);
    if (seen.done) last = Buffer.from(midway ? 'x' : bytes.subarray(start, start + taken));
    midway = !seen.done;
    return taken;
  };
}

/** The second is what lib/service/http.ts does. */
const PARSERS: Record<string, () => Feed> = {
  'http-parser-js': httpParserJs,
  'http-parser-js + memo': () => memo(httpParserJs()),
  'llhttp of undici': llhttp,
};
const ask = (...headers: string[]) =>
  Buffer.from(`GET /ping HTTP/1.1\r\nHost: 127.0.0.1:8090\r\n${headers.join('\r\n')}\r\n\r\n`);
const autocannon = ask('Connection: keep-alive');
/** Chunks as they would be read, and how many requests they are. */
const INPUTS: Record<string, readonly [Buffer[], number]> = {
  autocannon: [[autocannon], 1],
  curl: [[ask('User-Agent: curl/7.88.1', 'Accept: */*')], 1],
  'browser (13 headers)': [[ask(...Array<string>(12).fill('Accept: text/html,application/xml;q=0.9,image/webp'))], 1],
  '10 pipelined': [[Buffer.concat(Array<Buffer>(10).fill(autocannon))], 10],
  'byte by byte': [[...autocannon].map((byte) => Buffer.of(byte)), 1],
};
const [ROUND, ROUNDS, WARM_UP] = [5000, 15, 5];

if (process.send !== undefined) {
  const feed = PARSERS[process.argv[2]]();
  process.on('message', (input: string) => {
    const [chunks, requests] = INPUTS[input];
    const before = process.cpuUsage();
    for (let n = 0; n < ROUND; n++)
      for (const chunk of chunks)
        for (let at = 0; at < chunk.length; at += feed(chunk, at, chunk.length)) seen.done = false;
    const { user, system } = process.cpuUsage(before);
    process.send?.(((user + system) * 1000) / ROUND / requests);
  });
} else {
  // A process for each, because V8 compiles a function for all the callers it has met. They take turns.
  const children = Object.keys(PARSERS).map((name) => fork(import.meta.filename, [name]));
  for (const child of children) child.once('exit', (code) => code !== 0 && process.exit(1)); // it has said why
  const table: Record<string, Record<string, number>> = {};
  for (const input of Object.keys(INPUTS)) {
    const times = children.map((): number[] => []);
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const [i, child] of children.entries()) {
        child.send(input);
        const [time] = await once(child, 'message');
        if (round >= 0) times[i].push(time);
      }
    }
    table[input] = Object.fromEntries(Object.keys(PARSERS).map((name, i) => [name, Math.round(median(times[i]!))]));
  }
  for (const child of children) child.disconnect();
  const names = Object.keys(PARSERS);
  const rows = Object.entries(table).map(([input, times]) => [input, ...names.map((name) => `${times[name]} ns`)]);
  const source = `${machine}; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/http-parsers.ts\``;
  save('http-parsers', markdown([['processor time per request', ...names], ...rows]), source);
}
