/** Which segments go at each ending, in the text and on the wire. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { Descriptors } from '../../lib/sys/fixtures/resources.ts';
import { close } from '../../lib/sys/io.ts';
import * as s from '../../lib/sys/socket.ts';
import { patiently, startProgram } from '../../lib/testing/server.ts';
import { FOLDER } from './fixtures/demonstrations.ts';

/** The flags of the segments in what capture.ts shows, for each ending; `<` comes from the peer. */
function flagsIn(text: string): Record<string, string> {
  const parts = text.split(/^(\S.*):\n\n/m).slice(1);
  const flags = (lines: string): string =>
    lines
      .match(/^ {2}IP .*$/gm)!
      .map((line) => {
        const [, from, to, flag] = /\.(\d+) > \S+\.(\d+): Flags \[([A-Z.]+)\]/.exec(line)!;
        return `${Number(from) < Number(to) ? '<' : '>'}${flag}`;
      })
      .join(' ');
  return Object.fromEntries(parts.flatMap((title, i) => (i % 2 === 0 ? [[title, flags(parts[i + 1]!)]] : [])));
}

/** What each ending must look like. An acknowledgement alone may come later, and then be part of the next segment. */
const SEGMENTS: Record<string, RegExp> = {
  'Nobody listens': /^>S <R\.$/,
  'The peer closes, then this side': /^>S <S\. >\. <F\. (>\. )?>F\. <\.$/,
  'The peer closes, and is written to all the same': /^>S <S\. >\. <F\. (>\. )?>P\. <R$/,
  'The peer closes with unread bytes': /^>S <S\. >\. >P\. (<\. )?<R\.$/,
  'The peer resets': /^>S <S\. >\. <R\.$/,
};

function isAsSaid(t: ExecutionContext, text: string): void {
  const seen = flagsIn(text);
  t.deepEqual(Object.keys(seen), Object.keys(SEGMENTS));
  for (const [ending, flags] of Object.entries(seen)) t.regex(flags, SEGMENTS[ending]!, ending);
}

test('the segments in the text are those of its five endings: nobody answers a reset', (t) => {
  isAsSaid(t, readFileSync(new URL('./segments.md', import.meta.url), 'utf8'));
});

/** A port that is free now, below those that the kernel gives to clients, as the text has it. */
function freePort(): number {
  for (let port = 18_091; ; port++) {
    try {
      close(s.openListener({ host: '127.0.0.1', port }));
      return port;
    } catch {}
  }
}

test.serial('tcpdump, where it may, sees the same segments now', async (t) => {
  const program = startProgram(t, `${FOLDER}/capture.ts`, { args: ['--port', `${freePort()}`] });
  if ((await program.ended) === 0) {
    isAsSaid(t, `${program.stdout.join('\n')}\n`);
  } else {
    t.log(`NOT CHECKED: ${program.stderr}`);
    t.is(program.stderr.length, 1);
    t.regex(
      program.stderr[0]!,
      /^capture: (there is no tcpdump here; on Debian: apt-get install tcpdump|tcpdump: .*permi)/,
    );
  }
});

/** A tcpdump that says it listens, and sees nothing, for as long as it is left running. */
function blindTcpdump(t: ExecutionContext): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'sockets-tcpdump-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const script = "#!/bin/sh\necho 'listening on lo' >&2\nexec sleep 1000\n";
  writeFileSync(join(directory, 'tcpdump'), script, { mode: 0o755 });
  return ['env', `PATH=${directory}:${process.env.PATH}`];
}

test.serial(
  'a port in use is one line, and no tcpdump is left behind; nor is one that sees nothing waited for',
  async (t) => {
    const fds = new Descriptors(t);
    const own = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
    const { port } = s.getsockname(own) as { port: number };
    const bound = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
    check(s.bind(bound, { host: '127.0.0.1', port: 0 }), 'bind'); // nobody listens, and nobody else may
    const by = blindTcpdump(t);
    for (const [taken, why] of [
      [port, /^capture: port \d+ is in use; see --port$/],
      [(s.getsockname(bound) as { port: number }).port, /^capture: 127\.0\.0\.1:\d+ is already in use$/],
      [freePort(), /^capture: tcpdump has not seen these segments within 10 seconds$/],
    ] as const) {
      const program = startProgram(t, `${FOLDER}/capture.ts`, { args: ['--port', `${taken}`], by });
      t.is(await patiently(program.ended, 'end'), 1);
      t.deepEqual([program.stdout, program.stderr.length, program.survivors], [[], 1, []]);
      t.regex(program.stderr[0]!, why);
    }
  },
);
