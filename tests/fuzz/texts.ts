/** Texts, numbers and documents for the members of operations: likely ones, and odd ones. */
import type { Random } from '../simulation/random.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
/** Made before the first request, and again when some request has deleted them. */
export const QUEUES = ['plain', 'line.fifo', 'other', 'dead'];
export const TOPICS = ['topic', 'topic.fifo'];

export const POLLUTING = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '0',
  '',
];

export const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
export const topicArn = (name: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;

const ODD: readonly string[] = [
  '',
  ' ',
  'All',
  '.fifo',
  'a.fifo',
  '-1',
  '0',
  '1e999',
  'NaN',
  'null',
  'true',
  '\u0000',
  '\ud800',
  '\udc00\ud800',
  '\uffff',
  '\u{10ffff}',
  '\u202e\u0301',
  '\r\n\r\n',
  'a\u0000b',
  '../../etc/passwd',
  '%00%ff',
  '<a>&amp;]]></a>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '%{jndi:ldap://a}',
  "' OR 1=1; --",
  '9'.repeat(400),
  'arn:aws:sqs:::',
  'arn:aws:sns:us-east-1:000000000000:topic:00000000-0000-0000-0000-000000000000',
  'MTphOjE6MTox',
  'x'.repeat(81),
  'x'.repeat(3_000),
  'é'.repeat(1_000),
  '[[[[[[',
  '{"a":',
];

/** Long texts are built when drawn, and seldom. */
const LONG: readonly (() => string)[] = [
  () => 'y'.repeat(262_144),
  () => 'z'.repeat(1_048_577),
  () => '\u0001'.repeat(30_000),
  () => '🚀'.repeat(20_000),
  () => '('.repeat(5_000),
  () => `${'a'.repeat(5_000)}!`,
];

export function oddText(random: Random): string {
  const draw = random.below(100);
  if (draw < 60) return random.pick(ODD);
  if (draw < 70) return random.pick(POLLUTING);
  if (draw < 71 && random.chance(0.2)) return random.pick(LONG)();
  return randomText(random, random.below(40));
}

export function randomText(random: Random, length: number): string {
  let text = '';
  const isAscii = random.chance(0.5);
  for (let i = 0; i < length; i++) {
    text += String.fromCharCode(isAscii ? 0x20 + random.below(0x5f) : random.below(0x10000));
  }
  return text;
}

const ODD_NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  10,
  11,
  20,
  43_200,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  2 ** 63,
  1e21,
  1e308,
  -1e308,
  5e-324,
  0.5,
  1.999,
];

export function oddNumber(random: Random): number {
  if (random.chance(0.6)) return random.pick(ODD_NUMBERS);
  return random.chance(0.7) ? random.below(56) - 5 : (random.uint32() - 2 ** 31) / 1000;
}

/** Anything that JSON can say. */
export function anything(random: Random, depth = 3): unknown {
  const draw = random.below(depth === 0 ? 60 : 100);
  if (draw < 20) return oddNumber(random);
  if (draw < 40) return oddText(random);
  if (draw < 60) return random.pick([null, true, false, [], {}, [[]], [null], [{}], { a: null }]);
  if (draw < 62) return nested(random.pick([10, 200, 1_000, 2_000]), random.chance(0.5));
  const count = random.below(4);
  if (draw < 80) return Array.from({ length: count }, () => anything(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: count }, () => [
      random.chance(0.3) ? random.pick(POLLUTING) : oddText(random).slice(0, 50),
      anything(random, depth - 1),
    ]),
  );
}

export function nested(depth: number, isList: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = isList ? [value] : { a: value };
  return value;
}

const statement = (more: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'SQS:*', ...more }],
  });

const protection = (Operation: object): string =>
  JSON.stringify({
    Name: 'p',
    Version: '2021-06-01',
    Statement: [
      {
        DataDirection: 'Inbound',
        Principal: ['*'],
        DataIdentifier: ['arn:aws:dataprotection::aws:data-identifier/CreditCardNumber'],
        Operation,
      },
    ],
  });

/** Documents inside texts: policies of all kinds, and message bodies that filters look into. */
const DOCUMENTS: readonly string[] = [
  `{"deadLetterTargetArn":"${queueArn('dead')}","maxReceiveCount":2}`,
  '{"maxReceiveCount":[[]],"deadLetterTargetArn":{}}',
  `{"redrivePermission":"byQueue","sourceQueueArns":["${queueArn('plain')}"]}`,
  statement({}),
  statement({ Condition: { StringLike: { 'aws:SourceArn': '*?*?*?*?*' } } }),
  statement({ Principal: { AWS: [ACCOUNT, '*', 1] }, Action: ['SNS:Publish', null] }),
  '{"a":["b",{"prefix":"c"},{"anything-but":["d"]},{"numeric":[">",0,"<=",1e300]},null]}',
  '{"a":{"b":{"c":[{"exists":false},{"wildcard":"*a*b*c*d*e*f*"},{"cidr":"10.0.0.0/8"}]}}}',
  '{"$or":[{"a":["b"]},{"$or":[{"c":["d"]},{"e":[{"suffix":""}]}]}]}',
  '{"__proto__":["a"],"constructor":[{"exists":true}]}',
  '{"a":{"b":{"c":"d"}},"e":[1,2,[3,{"f":null}]],"__proto__":{"a":1}}',
  '{"default":"a","sqs":"b","http":"c","email":1}',
  '{"default":"a","GCM":"{\\"data\\":{}}","APNS":"not JSON"}',
  '{"healthyRetryPolicy":{"numRetries":3,"minDelayTarget":1,"maxDelayTarget":2}}',
  '{"http":{"defaultHealthyRetryPolicy":{"numRetries":1e9,"backoffFunction":"exponential"}}}',
  protection({ Deny: {} }),
  protection({ Deidentify: { MaskConfig: { MaskWithCharacter: '#' } } }),
  protection({ Audit: { SampleRate: '99' } }),
  '4111 1111 1111 1111 and AKIAIOSFODNN7EXAMPLE, a@b.example',
];

/** A document, now and then a broken or a very deep one. */
export function documentText(random: Random): string {
  const draw = random.below(100);
  if (draw < 60) return random.pick(DOCUMENTS);
  if (draw < 62) return deepText(random, random.pick([100, 3_000, 20_000]));
  const text = random.chance(0.5) ? random.pick(DOCUMENTS) : jsonText(anything(random));
  const at = random.below(text.length + 1);
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + oddText(random).slice(0, 100) + text.slice(at);
    case 2:
      return text.replace(/"[^"]*"|\d+/, () => jsonText(anything(random)));
    default:
      return text;
  }
}

const DEEP: readonly (readonly [string, string, string])[] = [
  ['[', '1', ']'],
  ['{"a":', '["b"]', '}'],
  ['{"$or":[{"a":["b"]},', '{"c":["d"]}', ']}'],
  ['{"a":[{"anything-but":', '"b"', '}]}'],
];

function deepText(random: Random, depth: number): string {
  const [open, middle, close] = random.pick(DEEP);
  return open.repeat(depth) + middle + close.repeat(depth);
}

export const jsonText = (value: unknown): string => JSON.stringify(value) ?? '';
