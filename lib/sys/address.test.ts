/** Addresses between text and the kernel's structs. */

import { SocketAddress as NodeAddress } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  decodeAddress,
  encodeAddress,
  familyOf,
  formatAddress,
  type SocketAddress,
} from './address.ts';

const port = fc.integer({ min: 0, max: 65_535 });

/** The struct of an address, in hexadecimal digits. */
function hex(address: SocketAddress): string {
  return encodeAddress(address).bytes.toString('hex');
}

function roundTrip(address: SocketAddress): SocketAddress {
  const memory = encodeAddress(address);
  return decodeAddress(memory, memory.length);
}

test('addresses are written as people write them', (t) => {
  t.is(formatAddress({ host: '127.0.0.1', port: 8090 }), '127.0.0.1:8090');
  t.is(formatAddress({ host: '::1', port: 0 }), '[::1]:0');
  t.is(formatAddress({ path: '/run/echo.sock' }), '/run/echo.sock');
});

test('an address tells its family', (t) => {
  t.is(familyOf({ host: '127.0.0.1', port: 1 }), AF_INET);
  t.is(familyOf({ host: '::ffff:127.0.0.1', port: 1 }), AF_INET6);
  t.is(familyOf({ path: 'x' }), AF_UNIX);
});

test('the structs hold what the manual says, the port and the address in network byte order', (t) => {
  const words = (text: string): string => text.replaceAll(' ', '');
  t.is(hex({ host: '127.0.0.1', port: 8090 }), words('0200 1f9a 7f000001 0000000000000000'));
  const ipv6 = '2001 0db8 0000 0000 0000 000a 0000 0001';
  t.is(hex({ host: '2001:db8::a:0:1', port: 8090 }), words(`0a00 1f9a 00000000 ${ipv6} 00000000`));
  t.is(hex({ path: '/a' }), '01002f6100');
});

test('every IPv4 address comes back as it was', (t) => {
  fc.assert(
    fc.property(fc.ipV4(), port, (host, port) => {
      t.deepEqual(roundTrip({ host, port }), { host, port });
    }),
  );
});

test('every IPv6 address comes back as the same address, in the spelling that Node gives it', (t) => {
  fc.assert(
    fc.property(fc.ipV6(), port, (host, port) => {
      const spelling = (address: string): string => new NodeAddress({ address, family: 'ipv6' }).address;
      const back = roundTrip({ host, port }) as { host: string; port: number };
      t.is(spelling(back.host), spelling(host));
      t.is(back.port, port);
      t.deepEqual(roundTrip(back), back);
    }),
    {
      examples: [
        ['::', 0],
        ['::1', 1],
        ['1::', 1],
        ['::ffff:1.2.3.4', 1],
        ['1:2:3:4:5:6:7:8', 1],
        ['1:2:3:4:5:6:7::', 1],
      ],
    },
  );
});

test('every path that fits comes back as it was', (t) => {
  const long = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 107, size: 'max' });
  const path = fc.oneof(long, fc.string({ unit: 'grapheme', minLength: 1 })).filter((text) => {
    return Buffer.byteLength(text) <= 107 && !text.includes('\0');
  });
  fc.assert(
    fc.property(path, (path) => {
      t.deepEqual(roundTrip({ path }), { path });
    }),
    { examples: [['a'.repeat(107)], [' '], ['ü.sock']] },
  );
});

test('a Unix socket without a name has an empty path', (t) => {
  t.deepEqual(decodeAddress(encodeAddress({ path: 'stale' }), 2), { path: '' });
});

test('what is no address of a socket is refused', (t) => {
  const refused: SocketAddress[] = [
    ...['localhost', '', '1.2.3', '1.2.3.256', '::1::', '[::1]', 'fe80::1%eth0'].map((host) => ({ host, port: 1 })),
    ...[-1, 65_536, 1.5, Number.NaN].map((port) => ({ host: '127.0.0.1', port })),
    ...['', 'a'.repeat(108), 'ü'.repeat(54)].map((path) => ({ path })),
  ];
  for (const address of refused) {
    t.throws(() => encodeAddress(address), { instanceOf: RangeError }, JSON.stringify(address));
  }
});
