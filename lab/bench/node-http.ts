/** The plainest HTTP server, on node:http: GET /ping and GET /burn/N, answered to the byte as the service answers them. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { announce, serverCommand } from '../../lib/program/program.ts';
import { burn } from '../../lib/service/burn.ts';

const NAME = 'node-http';
const options = serverCommand(NAME, 'answer GET /ping and GET /burn/N with node:http')
  .parse()
  .opts<{ host: string; port: number }>();

const server = createServer(({ url = '' }, response) => {
  const [, rounds] = /^\/burn\/(\d{1,9})$/.exec(url) ?? [];
  const known = rounds !== undefined || url === '/ping';
  const body = rounds === undefined ? (known ? 'PONG\n' : 'ERROR\n') : `RESULT ${burn(Number(rounds))}\n`;
  response.writeHead(known ? 200 : 404, { 'Content-Type': 'text/plain', 'Content-Length': body.length }).end(body);
});
server.listen({ ...options, backlog: 4096 }, () => {
  const { address, port } = server.address() as AddressInfo;
  announce(NAME, { host: address, port });
});
