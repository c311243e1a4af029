/**
 * Requests as bytes. Sound ones may be put behind each other on a connection, since whoever reads
 * HTTP/1.1 must find the same borders; broken ones get a connection of their own.
 * https://www.rfc-editor.org/rfc/rfc9112
 */
import type { Random } from '../simulation/random.ts';
import { type Call, damaged, type Header } from './calls.ts';

const CRLF = '\r\n';

/**
 * A request of which every reader must see the same border. `isLast`: none follows at once; behind
 * an Upgrade that nobody heeds, Node forgets what came in the same piece.
 */
export function soundBytes(random: Random, call: Call, isLast: boolean): Buffer {
  const { method, target } = call;
  const isOld = random.chance(0.01);
  const headers: Header[] = [['Host', 'localhost:4566'], ...call.headers];
  if (random.chance(0.05)) headers.push(...ornaments(random, call, isLast));
  const isChunked = !isOld && call.body.length > 0 && random.chance(0.08);
  if (isChunked) headers.push(['Transfer-Encoding', 'chunked']);
  else if (call.body.length > 0 || random.chance(0.2)) {
    headers.push(['Content-Length', String(call.body.length)]);
  }
  const lines = headers.map(([name, value]) => headerLine(random, name, value));
  const head = `${method} ${target} HTTP/1.${isOld ? 0 : 1}${CRLF}${lines.join('')}${CRLF}`;
  const body = isChunked ? chunked(random, call.body) : call.body;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

function headerLine(random: Random, name: string, value: string): string {
  if (!random.chance(0.05)) return `${name}: ${value}${CRLF}`;
  const cased = random.chance(0.5) ? name.toUpperCase() : name.toLowerCase();
  return `${cased}:${' \t'.repeat(random.below(4))}${value}${' '.repeat(random.below(3))}${CRLF}`;
}

function ornaments(random: Random, call: Call, isLast: boolean): readonly Header[] {
  switch (random.below(6)) {
    case 0:
      return [['Connection', 'close']];
    case 1:
      return [['Connection', random.pick(['keep-alive', 'x, y', 'TE', ''])]];
    case 2:
      if (!isLast) return [['Upgrade', 'websocket']];
      return [
        ['Connection', 'Upgrade'],
        ['Upgrade', random.pick(['websocket', 'h2c', 'HTTP/2.0, x'])],
        ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
      ];
    case 3:
      return call.body.length === 0
        ? []
        : [['Expect', random.pick(['100-continue', '100-Continue'])]];
    case 4:
      return Array.from({ length: random.below(200) }, (_, i): Header => [`X-Flood-${i}`, 'a']);
    default:
      return [['X-Long', 'y'.repeat(random.below(8_000))]];
  }
}

function chunked(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + random.below(body.length < 100 ? 20 : 20_000));
    const extension = random.chance(0.1) ? random.pick([';a=b', ';a="b c"', ';x']) : '';
    const zeros = random.chance(0.05) ? '000' : '';
    parts.push(Buffer.from(`${zeros}${size.toString(16)}${extension}${CRLF}`));
    parts.push(body.subarray(at, at + size), Buffer.from(CRLF));
    at += size;
  }
  const trailer = random.chance(0.1) ? `X-Trailer: a${CRLF}X-Amz-Target: b${CRLF}` : '';
  parts.push(Buffer.from(`0${CRLF}${trailer}${CRLF}`));
  return Buffer.concat(parts);
}

/** Bytes that lie about their length, break a rule, or are no HTTP at all. */
export function brokenBytes(random: Random, call: Call): Buffer {
  const draw = random.below(100);
  if (draw < 35) return damaged(random, soundBytes(random, call, true));
  if (draw < 40) return Buffer.from(random.bytes(1 + random.below(200)));
  if (draw < 70) return lyingBytes(random, call);
  if (draw < 90) {
    const bytes = Buffer.from(random.pick(ODD_REQUESTS), 'latin1');
    return random.chance(0.2) ? damaged(random, bytes) : bytes;
  }
  return floodBytes(random, call);
}

const SMUGGLED = 'POST /?Action=ListQueues HTTP/1.1\r\nHost: smuggled\r\nContent-Length: 0\r\n\r\n';

/** How a request says where it ends, wrongly or in two ways at once; `n` is its true length. */
const FRAMES: readonly ((n: number) => readonly string[])[] = [
  (n) => [`Content-Length: ${n - 1}`],
  (n) => [`Content-Length: ${n + 10}`],
  () => ['Content-Length: 0'],
  () => ['Content-Length: -1'],
  () => ['Content-Length: +5'],
  () => ['Content-Length: 0x5'],
  () => ['Content-Length: 5 5'],
  () => ['Content-Length: '],
  () => ['Content-Length: 99999999999'],
  () => ['Content-Length: 99999999999999999999999999'],
  () => ['Content-Length: 17000000'],
  (n) => [`Content-Length: ${n}, ${n}`],
  (n) => [`Content-Length: ${n}`, `Content-Length: ${n}`],
  (n) => [`Content-Length: ${n}`, `Content-Length: ${n + 1}`],
  (n) => [`Content-Length: ${n}`, 'Transfer-Encoding: chunked'],
  (n) => ['Transfer-Encoding: chunked', `Content-Length: ${n}`],
  (n) => [`Content-Length : ${n}`],
  (n) => [` Content-Length: ${n}`],
  (n) => [`Content-Length:\r\n ${n}`],
  () => ['Transfer-Encoding: chunked'],
  () => ['Transfer-Encoding : chunked'],
  () => ['Transfer-Encoding: xchunked'],
  () => ['Transfer-Encoding: chunked, identity'],
  () => ['Transfer-Encoding: identity, chunked'],
  () => ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  () => ['Transfer-Encoding: chunked', 'Transfer-encoding: cow'],
  () => ['Transfer-Encoding:\u000bchunked'],
  () => ['X: a\nTransfer-Encoding: chunked'],
  (n) => [`X: a\rContent-Length: ${n}`],
  (n) => [`Content-Length: ${n}`, 'Expect: a miracle'],
  (n) => [`Content-Length: ${n + 5}`, 'Expect: 100-continue'],
  () => ['Transfer-Encoding: gzip, chunked', 'Expect: 100-continue'],
];

const CHUNKS: readonly string[] = [
  '0\r\n\r\n',
  '5\r\nabcde\r\n0\r\n\r\n',
  '5\r\nabc',
  '5\r\nabcdefgh\r\n0\r\n\r\n',
  'ffffffffff\r\n',
  'ffffffffffffffffffffffff\r\n',
  '-1\r\n\r\n',
  '0x5\r\nabcde\r\n0\r\n\r\n',
  '5 \r\nabcde\r\n0\r\n\r\n',
  '5\nabcde\n0\n\n',
  '\r\n0\r\n\r\n',
  `5;${'e'.repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`,
  `${'1\r\na\r\n'.repeat(2_000)}0\r\n\r\n`,
  `0\r\n${'X-Trailer: a\r\n'.repeat(3_000)}\r\n`,
  '0\r\nContent-Length: 5\r\n\r\n',
];

function lyingBytes(random: Random, call: Call): Buffer {
  const frame = random.pick(FRAMES)(call.body.length);
  const host = random.chance(0.95) ? ['Host: a'] : [];
  const lines = [...host, ...call.headers.map(([name, value]) => `${name}: ${value}`), ...frame];
  const start = `${call.method} ${call.target} HTTP/1.1`;
  const head = [start, ...lines, '', ''].join(CRLF);
  const isChunked = frame.some((line) => /chunked/.test(line));
  const body = isChunked && random.chance(0.7) ? Buffer.from(random.pick(CHUNKS)) : call.body;
  const smuggled = random.chance(0.5) ? SMUGGLED : '';
  return Buffer.concat([Buffer.from(head, 'latin1'), body, Buffer.from(smuggled)]);
}

const ODD_REQUESTS: readonly string[] = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET /\r\n',
  'GET / HTTP/1.2\r\nHost: a\r\n\r\n',
  'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
  'GET / HTTP/9.9\r\nHost: a\r\n\r\n',
  'GET / http/1.1\r\nHost: a\r\n\r\n',
  'get / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET  /  HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\nHost: a\n\n',
  'GET / HTTP/1.1\rHost: a\r\r',
  '\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a b/c@d\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\tagain\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: \u0001\u007f\r\n\r\n',
  'GET http://a:b@c:99999/?Action=ListQueues HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET //evil.example/x HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /\u0000 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /\u00ff HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET ?Action=ListQueues HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000',
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\u0081\u0005hello',
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /x HTTP/1.1\r\nHost: a\r\n\r\n',
  'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\na',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\na',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'SSH-2.0-OpenSSH_9.9\r\n',
  '*1\r\n$4\r\nPING\r\n',
  `${'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20)}`,
  `${'A'.repeat(3_000)} / HTTP/1.1\r\nHost: a\r\n\r\n`,
];

function floodBytes(random: Random, call: Call): Buffer {
  const start = `${call.method} ${call.target} HTTP/1.1\r\nHost: a\r\n`;
  const count = random.pick([100, 1_000, 3_000]);
  switch (random.below(5)) {
    case 0:
      return Buffer.from(`${start}${'a:b\r\n'.repeat(count)}\r\n`, 'latin1');
    case 1:
      return Buffer.from(`${start}X: ${'y'.repeat(count * 20)}\r\n\r\n`, 'latin1');
    case 2:
      return Buffer.from(`${start}${'y'.repeat(count * 20)}: x\r\n\r\n`, 'latin1');
    case 3:
      return Buffer.from(`GET /${'y'.repeat(count * 20)} HTTP/1.1\r\nHost: a\r\n\r\n`, 'latin1');
    // As many as wait for their turn, and more: the surplus is cut off.
    default:
      return Buffer.from('GET /x HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count / 2), 'latin1');
  }
}
