/** Lines out of bytes, whatever the reads were: in pieces, several at once, and none without an end. */

import { exercise } from '../check/exercise.ts';

exercise(import.meta.url, async (check) => {
  const server = await check.start();

  await check.takes('a line that comes in one piece is answered', server, 'no-line', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    await a.sends('ECHO one\n').gets('one\n');
  });

  await check.takes('two lines that come at once are two', server, 'rest-dropped', async (talk) => {
    const a = await talk.client();
    a.sends('ECHO one\nECHO two\nECHO three\n');
    await a.gets('one\n');
    await a.gets('two\nthree\n');
  });

  await check.takes('half a line is not answered', server, 'read-is-line', async (talk) => {
    const a = await talk.client();
    await a.sends('ECHO ').isHeard();
    a.nothing();
  });

  // The second read brings the bytes that the first one brought: who kept a view of the server's memory has them too.
  await check.takes('what came before the end of a line is part of it', server, 'half-forgotten', async (talk) => {
    const a = await talk.client();
    await a.sends('ECHO ').isHeard();
    await a.sends('ECHO \n').gets('ECHO \n');
  });

  await check.takes('what was kept does not change when more is read', server, 'borrowed', async (talk) => {
    const a = await talk.client();
    await a.sends('ECHO abc').isHeard();
    await a.sends('defghijk').isHeard();
    await a.sends('lm\nPI').gets('abcdefghijklm\n');
    await a.sends('NG\n').gets('PONG\n');
  });

  await check.takes('a text is echoed byte for byte', server, 'not-bytes', async (talk) => {
    const a = await talk.client();
    await a.sends('ECHO  two blanks  \n').gets(' two blanks  \n');
    const euro = Buffer.from('ECHO 1 \u20ac\n');
    await a.sends(euro.subarray(0, 8)).isHeard();
    await a.sends(euro.subarray(8)).gets(Buffer.from('1 \u20ac\n').toString('latin1'));
  });

  await check.takes('one CR before the LF is no part of the line', server, 'carriage-return', async (talk) => {
    const a = await talk.client();
    await a.sends('ECHO one\r\n').gets('one\n');
    await a.sends('ECHO two\r').isHeard();
    await a.sends('\n').gets('two\n');
    await a.sends('ECHO three\r\r\n').gets('three\r\n');
  });

  await check.takes('a line of 1,024 bytes is served', server, 'wrong-bound', async (talk) => {
    const a = await talk.client();
    const text = 'x'.repeat(1024 - 'ECHO '.length);
    await a.sends(`ECHO ${text}\n`).gets(`${text}\n`);
    await a.sends(`ECHO ${text}\r\n`).gets(`${text}\n`);
    await a.sends('PING\n'.repeat(1000)).gets('PONG\n'.repeat(1000));
    await a.sends('PING\n').gets('PONG\n');
  });

  await check.takes('a line that is too long ends, without waiting for its end', server, 'unbounded', async (talk) => {
    const a = await talk.client();
    await a.sends('x'.repeat(1026)).gets('ERROR line too long\n');
    await a.getsTheEnd();
  });
});
