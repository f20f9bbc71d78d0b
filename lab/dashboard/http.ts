/** The dashboard's HTTP side: a few files from memory, the events, the metrics, and nothing else. */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/program/bundle.ts';

/** What is served for a path. */
type Answer = (response: ServerResponse) => void;

/** The page may load what comes from here, and nothing from anywhere else. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const PAGE = new URL('./page/', import.meta.url);

/** The page's files, by path: put together once, and served from memory. @throws Error when they cannot be compiled */
export function pageFiles(): Map<string, Answer> {
  const compiled = (file: string, ...options: string[]): Buffer =>
    bundle(fileURLToPath(new URL(file, PAGE)), ['--minify', '--target=es2022', ...options]);
  return new Map([
    ['/', content('text/html; charset=utf-8', readFileSync(new URL('index.html', PAGE)))],
    ['/page.js', content('text/javascript; charset=utf-8', compiled('page.ts', '--format=esm'))],
    ['/style.css', content('text/css; charset=utf-8', compiled('style.css'))],
  ]);
}

/** Serves a text. */
export function content(type: string, body: string | Buffer): Answer {
  return (response) => {
    response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(response.req.method === 'HEAD' ? undefined : body);
  };
}

/** Begins a stream of events. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
}

/** Says no, in a line. */
export function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${why}\n`);
}

// #region host
/**
 * Whether a request means this server. A page of somebody else's may have its name resolve to 127.0.0.1, and then ask
 * here in the name of its own origin (DNS rebinding); but it cannot help sending that name.
 *
 * @param header what the request has as Host
 * @param name a name by which this server is known, beside localhost
 */
export function isOurs(header: string | undefined, name: string): boolean {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::\d+)?$/i.exec(header ?? '') ?? [];
  const host = (bracketed ?? plain ?? '').toLowerCase();
  return isIP(host) !== 0 || host === 'localhost' || (host !== '' && host === name.toLowerCase());
}
// #endregion host

/** @param answers what there is, by path @param name as for isOurs() */
export function server(answers: ReadonlyMap<string, Answer>, name: string): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    if (!isOurs(request.headers.host, name)) return refuse(response, 421, 'this is not the host that you asked for');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET and HEAD');
    const answer = answers.get(request.url?.split('?')[0] ?? '');
    return answer === undefined ? refuse(response, 404, 'there is no such page') : answer(response);
  });
}
