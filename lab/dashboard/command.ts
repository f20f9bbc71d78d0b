/** `lab dashboard`: one page that shows what the chapters and the loads of this machine do, while they do it. */

import type { Server } from 'node:http';
import { addressOrName, announce, openServer, wholeNumber } from '../../lib/program/program.ts';
import { line, toolCommand } from '../../lib/program/tool.ts';
import { formatAddress } from '../../lib/sys/address.ts';
import { SystemError } from '../../lib/sys/errors.ts';
import { getsockname } from '../../lib/sys/socket.ts';
import { Audience, event, MOST_PAGES } from './audience.ts';
import { History } from './history.ts';
import { beginEvents, content, pageFiles, refuse, server } from './http.ts';
import { metrics } from './metrics.ts';
import { INTERVAL, SPAN } from './sample.ts';
import { Sampler } from './sampler.ts';

const NAME = 'lab dashboard';
/** The exit statuses: of the machine's no, and of the two signals that end it. */
const [FAILED, INTERRUPTED, TERMINATED] = [1, 130, 143];
/** What Prometheus calls the format of its texts. */
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** Runs the command until a signal ends it. @returns the exit status */
export async function dashboard(words: readonly string[]): Promise<number> {
  const options = toolCommand(NAME, 'Show live what the chapters and the loads on this machine do, on a page.')
    .option('--host <host>', 'address or name to listen on', addressOrName, '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 3000)
    .option('--only <ports>', 'only servers that listen on one of these ports, and loads of them: 8090,8091', portList)
    .addHelpText('after', `\nIt finds them by itself. Prometheus finds the same numbers at /metrics.`)
    .parse(words as string[], { from: 'user' })
    .opts<{ host: string; port: number; only?: number[] }>();
  let sampler: Sampler;
  try {
    sampler = new Sampler(options.only);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    process.stderr.write(line(`${NAME}: the kernel does not tell of its sockets here: ${error.message}`));
    return FAILED;
  }
  const listener = await openServer(NAME, options, { nonblocking: true });
  const show = new Show(sampler, options.host);
  show.server.listen({ fd: listener });
  const address = getsockname(listener);
  announce(NAME, address);
  console.log(`open http://${formatAddress(address)} in a browser; Ctrl-C ends this`);
  const status = await new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(INTERRUPTED)).once('SIGTERM', () => resolve(TERMINATED));
  });
  show.close();
  return status;
}

function portList(text: string): number[] {
  return text.split(',').map((word) => wholeNumber(1, 65_535)(word.trim()));
}

/** Looks, remembers, and tells whoever has the page open. */
class Show {
  readonly server: Server;
  readonly #sampler: Sampler;
  readonly #history = new History(SPAN / INTERVAL);
  readonly #audience = new Audience();
  readonly #timer: NodeJS.Timeout;
  #subjects = '[]';
  #complaint = '';

  constructor(sampler: Sampler, host: string) {
    this.#sampler = sampler;
    const answers = pageFiles();
    answers.set('/metrics', (response) => content(PROMETHEUS, metrics(sampler))(response));
    answers.set('/events', (response) => {
      if (this.#audience.size >= MOST_PAGES) return refuse(response, 503, `${MOST_PAGES} pages are open already`);
      beginEvents(response);
      if (response.req.method === 'HEAD') return response.end();
      this.#audience.join(
        response,
        event('history', `{"subjects":${this.#subjects},"samples":${this.#history.json()}}`),
      );
    });
    this.server = server(answers, host);
    this.#timer = setInterval(() => this.#look(), INTERVAL);
    this.#look();
  }

  #look(): void {
    try {
      const sample = JSON.stringify(this.#sampler.look());
      const subjects = JSON.stringify(this.#sampler.subjects);
      const news = subjects === this.#subjects ? '' : event('subjects', subjects);
      this.#subjects = subjects;
      this.#history.add(sample);
      this.#audience.tell(news + event('sample', sample));
    } catch (error) {
      // A machine without a descriptor or memory left may have some again; say it once.
      const { message, syscall } = error as NodeJS.ErrnoException;
      if (syscall === undefined) throw error;
      if (message !== this.#complaint) process.stderr.write(line(`${NAME}: ${message}`));
      this.#complaint = message;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#audience.close();
    this.server.close();
    this.server.closeAllConnections();
    this.#sampler.close();
  }
}
