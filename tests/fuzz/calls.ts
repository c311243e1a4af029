/** Calls: an operation's input on the wire of a protocol, or something that is nearly one. */
import type { Shape, StructureShape } from '../../src/schema/shapes.ts';
import { services } from '../../src/services/index.ts';
import type { Random } from '../simulation/random.ts';
import type { Harvest } from './harvest.ts';
import { credentialHeaders, extraHeaders, presignedQuery } from './headers.ts';
import { ACCOUNT, anything, jsonText, nested, oddText } from './texts.ts';
import { mutated, structureOf } from './values.ts';

export type Header = readonly [name: string, value: string];

/** A request whose framing is not decided yet. */
export interface Call {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
  /** The protocol that the answer must speak; undefined where any will do. */
  readonly protocol?: 'aws-json' | 'aws-query';
  /** What it calls, where the request leaves no doubt. */
  readonly operation?: string;
  /** The answer's shape where the request leaves no doubt about the operation. */
  readonly output?: StructureShape;
  /** A call that must be accepted. */
  readonly witness?: Witness;
}

export interface Witness {
  /** The message that it sends. */
  readonly message: string;
  /** Stands in its answer. */
  readonly proof: string;
}

interface Row {
  readonly name: string;
  readonly service: string;
  readonly version: string;
  readonly jsonTarget: string | undefined;
  readonly contentType: string;
  readonly isQuery: boolean;
  readonly input: StructureShape;
  readonly output: StructureShape;
}

const rows: readonly Row[] = services.flatMap((service) =>
  [...service.operations.values()].map((operation) => ({
    name: operation.name,
    service: service.name,
    version: service.version,
    jsonTarget: service.json && `${service.json.targetPrefix}.${operation.name}`,
    contentType: service.json?.contentType ?? '',
    isQuery: service.protocols.includes('aws-query'),
    input: operation.input,
    output: operation.output,
  })),
);

const nameOf = ({ service, name }: Row): string => `${service} ${name}`;
export const operationNames: readonly string[] = rows.map(nameOf);

/** Queues and topics must live long enough for something to happen to them. */
const ENDINGS = new Set(['DeleteQueue', 'DeleteTopic', 'PurgeQueue', 'DeletePlatformApplication']);
/** Without these nothing is there to work on. */
const BUSY = new Set(['SendMessage', 'ReceiveMessage', 'Publish', 'SendMessageBatch', 'Subscribe']);

const drawn = rows.flatMap((row) => {
  const copies = BUSY.has(row.name) ? 40 : ENDINGS.has(row.name) ? 1 : 10;
  return Array.from({ length: copies }, () => row);
});
const jsonRows = drawn.filter(({ jsonTarget }) => jsonTarget !== undefined);
const queryRows = drawn.filter(({ isQuery }) => isQuery);

/** The next call; what it is follows from the random numbers and from what was harvested. */
export function drawCall(random: Random, harvest: Harvest): Call {
  const draw = random.below(100);
  if (draw < 42) return jsonCall(random, harvest);
  if (draw < 78) return queryCall(random, harvest);
  if (draw < 92) return changedCall(random, harvest);
  return oddCall(random);
}

function inputOf(random: Random, harvest: Harvest, row: Row): object {
  const input = structureOf(random, harvest, row.input);
  if (!random.chance(0.1)) return input;
  const changed = mutated(random, input);
  return typeof changed === 'object' && changed !== null ? changed : input;
}

function jsonCall(random: Random, harvest: Harvest): Call {
  const row = random.pick(jsonRows);
  const input = random.chance(0.03) ? anything(random) : inputOf(random, harvest, row);
  const extra = extraHeaders(random);
  const isPlain = extra.length === 0;
  return {
    method: random.chance(0.99) ? 'POST' : random.pick(METHODS),
    target: random.pick(['/', '/', '/', `/${ACCOUNT}/plain`, '/%', '/a?b=c']),
    headers: [
      ['Content-Type', random.chance(0.97) ? row.contentType : 'application/x-amz-json-1.1'],
      ['X-Amz-Target', row.jsonTarget ?? ''],
      ...credentialHeaders(random, row.service),
      ...extra,
    ],
    body: random.chance(0.06) ? oddJson(random, jsonText(input)) : Buffer.from(jsonText(input)),
    ...(isPlain && { protocol: 'aws-json', output: row.output, operation: nameOf(row) }),
  };
}

/** What JSON.stringify never writes. */
function oddJson(random: Random, json: string): Buffer {
  const name = /"([A-Za-z]+)":/.exec(json)?.[1] ?? 'QueueUrl';
  switch (random.below(12)) {
    case 0:
      return Buffer.from(json.replace('{', `{"${name}":${jsonText(anything(random))},`));
    case 1:
      return Buffer.from(json.replace('}', `,"${name}":"plain"}`));
    case 2:
      return Buffer.from(json.replace(/\d+/, '1'.repeat(1 + random.below(5_000))));
    case 3:
      return Buffer.from(json.replace(/\d+|true|false/, () => random.pick(ODD_LITERALS)));
    case 4:
      return Buffer.from(json.replace(/[a-z]/, () => random.pick(ODD_ESCAPES)));
    case 5:
      return Buffer.from(`\ufeff${json}`);
    case 6:
      return Buffer.from(json, 'utf16le');
    case 7:
      return Buffer.from(json.replace(/[a-z]/, '\u00ff\u0000'), 'latin1');
    case 8:
      return deepBody(random, name);
    case 9:
      return Buffer.from(`${' \n\t'.repeat(random.below(3_000))}${json}`);
    case 10:
      return Buffer.from(manyMembers(random));
    default:
      return Buffer.from(json + random.pick(['}', ' x', json, '\u0000', '//', ',']));
  }
}

const ODD_LITERALS = ['NaN', 'Infinity', '-', '01', '1e999', '-1e999', '1.', '0x1', 'nul', "'a'"];
const ODD_ESCAPES = ['\\ud800', '\\u0000', '\\udc00\\ud800', '\\x41', '\\u12', '\u0000', '\\'];

function deepBody(random: Random, name: string): Buffer {
  const depth = random.pick([100, 5_000, 50_000]);
  const [open, close] = random.chance(0.5) ? ['[', ']'] : ['{"a":', '}'];
  const end = random.chance(0.5) ? close.repeat(depth) : '';
  return Buffer.from(`{"${name}":${open.repeat(depth)}1${end}}`);
}

function manyMembers(random: Random): string {
  const names = Array.from({ length: random.below(5_000) }, (_, i) => `"m${i}":${i}`);
  return `{${names.join(',')}}`;
}

function queryCall(random: Random, harvest: Harvest): Call {
  const row = random.pick(queryRows);
  const named: [string, string][] = [];
  addParameters(row.input, inputOf(random, harvest, row), '', named);
  const parts = [
    `Action=${row.name}`,
    ...(random.chance(0.97) ? [`Version=${row.version}`] : []),
    ...named.map(([name, value]) => `${escaped(random, name)}=${escaped(random, value)}`),
  ];
  const isPlain = !random.chance(0.08);
  if (!isPlain) parts.push(...oddParameters(random));
  const extra = extraHeaders(random);
  const form = parts.join('&');
  const path = random.pick(['/', '/', '/', '/', `/${ACCOUNT}/plain`, `/${ACCOUNT}/line.fifo/`]);
  const isGet = random.chance(0.35) && form.length < 6_000;
  const isSplit = !isGet && random.chance(0.03) && form.length < 6_000;
  const presigned = isGet && random.chance(0.3) ? `&${presignedQuery(random, row.service)}` : '';
  const query = isGet || isSplit ? `?${form}${presigned}`.replace(/[^\x21-\x7e]/g, '%20') : '';
  return {
    method: isGet ? random.pick(['GET', 'GET', 'GET', 'HEAD', 'POST']) : 'POST',
    target: path + query,
    headers: [
      ['Content-Type', random.chance(0.95) ? FORM : random.pick(ODD_TYPES)],
      ...(presigned === '' ? credentialHeaders(random, row.service) : []),
      ...extra,
    ],
    body: isGet ? Buffer.alloc(0) : Buffer.from(form.replace(/[\ud800-\udfff]/g, '')),
    ...(isPlain && extra.length === 0 && { protocol: 'aws-query', operation: nameOf(row) }),
  };
}

const FORM = 'application/x-www-form-urlencoded; charset=utf-8';
const ODD_TYPES = ['', 'text/plain', 'application/json', 'APPLICATION/X-WWW-FORM-URLENCODED'];

/** Form parameters in the way of the Query protocol; what does not fit its shape is text. */
function addParameters(shape: Shape, value: unknown, path: string, into: [string, string][]): void {
  const isTree = typeof value === 'object' && value !== null;
  if (shape.type === 'structure' && isTree) {
    for (const [name, item] of Object.entries(value)) {
      const member = shape.members[name] ?? ANY_TEXT;
      addParameters(member, item, join(path, member.xmlName ?? name), into);
    }
  } else if (shape.type === 'list' && Array.isArray(value)) {
    const start = shape.flattened ? path : join(path, shape.member.xmlName ?? 'member');
    for (const [i, item] of value.entries()) {
      addParameters(shape.member, item, join(start, String(i + 1)), into);
    }
  } else if (shape.type === 'map' && isTree) {
    const start = shape.flattened ? path : join(path, 'entry');
    for (const [i, [key, item]] of Object.entries(value).entries()) {
      into.push([`${start}.${i + 1}.${shape.keyName ?? 'key'}`, key]);
      addParameters(shape.value, item, `${start}.${i + 1}.${shape.valueName ?? 'value'}`, into);
    }
  } else {
    into.push([path, typeof value === 'string' ? value : jsonText(value)]);
  }
}

const ANY_TEXT: Shape = { type: 'string' };
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Texts with a lone surrogate are no URI components, and no client could send them. */
function escaped(random: Random, text: string): string {
  if (random.chance(0.003)) return text.slice(0, 200);
  const plain = encodeURIComponent(text.toWellFormed());
  if (random.chance(0.05)) return plain.replaceAll('%20', '+').toLowerCase();
  return random.chance(0.005) ? encodeURIComponent(plain) : plain;
}

const ODD_PARAMETERS = [
  'Attribute.1.Name=VisibilityTimeout',
  'Attribute.999999999.Name=a',
  'Attribute.0.Name=a',
  'Attribute.-1.Name=a',
  'Attribute.1e3.Value',
  'Attribute..Name=a',
  'Attribute.__proto__.Name=a',
  'Attributes.entry.99999999999999999999.key=a',
  'MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.BinaryValue=%00',
  'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.BinaryValue=%00',
  '__proto__=a',
  '__proto__.polluted=a',
  'constructor.prototype.polluted=a',
  '=',
  '&&&',
  '%',
  '%e9',
  '%C3%28',
  '%ED%A0%80',
  'Version=1',
  'Action=SendMessage',
  'Action=Publish&Action=',
  'AttributeName.1=All&AttributeName.1=Policy',
  'AttributeName=All&AttributeName.1=Policy',
  '.'.repeat(50),
  'Tag.1.Key=a&Tag.1.Value',
];

function oddParameters(random: Random): string[] {
  if (random.chance(0.02)) return ['a&'.repeat(random.pick([1_000, 50_000, 110_000]))];
  return Array.from({ length: 1 + random.below(3) }, () =>
    random.chance(0.8) ? random.pick(ODD_PARAMETERS) : oddText(random).toWellFormed().slice(0, 60),
  );
}

/** A call that was accepted, with something changed: the tree inside, bytes, a header, the rest. */
function changedCall(random: Random, harvest: Harvest): Call {
  const accepted = harvest.call(random) ?? jsonCall(random, harvest);
  const { method, target, headers, body } = accepted;
  switch (random.below(6)) {
    case 0:
      return { method, target, headers, body: changedTree(random, body) };
    case 1:
      return { method, target, headers: changedHeaders(random, headers), body };
    case 2:
      return { method: random.pick(METHODS), target, headers, body };
    case 3:
      return { method, target: changedTarget(random, target), headers, body };
    default:
      return { method, target, headers, body: damaged(random, body) };
  }
}

function changedTree(random: Random, body: Buffer): Buffer {
  try {
    return Buffer.from(jsonText(mutated(random, JSON.parse(body.toString('utf8')))));
  } catch {
    return damaged(random, body);
  }
}

function changedHeaders(random: Random, headers: readonly Header[]): readonly Header[] {
  const at = random.below(headers.length + 1);
  const [before, after] = [headers.slice(0, at), headers.slice(at)];
  const [name, value] = after[0] ?? ['Content-Type', 'a'];
  switch (random.below(4)) {
    case 0:
      return [...before, ...after.slice(1)];
    case 1:
      return [...before, [name, value], ...after];
    case 2:
      return [...before, [name, damagedText(random, value)], ...after.slice(1)];
    default:
      return [...before, ...extraHeaders(random), ...after];
  }
}

const changedTarget = (random: Random, target: string): string =>
  `/${damagedText(random, target.slice(1)).replaceAll(/\s/g, '')}`;

/** Only what may stand in a header and in a request line. */
const damagedText = (random: Random, text: string): string =>
  damaged(random, Buffer.from(text))
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, '~')
    .trim();

/** Bytes flipped, cut, doubled, put in or changed at a random place. */
export function damaged(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const noise = Buffer.from(random.bytes(1 + random.below(8)));
  switch (random.below(6)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, after, after]);
    case 2:
      return Buffer.concat([before, noise, after]);
    case 3:
      return Buffer.concat([before, after.subarray(random.below(20))]);
    case 4: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
    default:
      return Buffer.concat([before, noise, after.subarray(noise.length)]);
  }
}

/** Those that are not allowed end the connection, and what stands behind them is lost. */
const METHODS = [
  ...['GET', 'POST', 'HEAD', 'OPTIONS'].flatMap((method) =>
    Array.from({ length: 9 }, () => method),
  ),
  ...['PUT', 'DELETE', 'PATCH', 'TRACE', 'QUERY'],
];
const TARGETS: readonly string[] = [
  '/',
  '//',
  '/?',
  '/?Action=ListQueues',
  '/?Action=ListTopics&Version=2010-03-31',
  '/?Action=',
  '/_waystation/health',
  '/_waystation/metrics',
  '/_waystation/clock',
  '/_waystation/clock?__proto__=1',
  '/_waystation/inbox?limit=5',
  '/_waystation/inbox?limit=-1&kind=a&to=%00',
  '/_waystation/deliveries?topic=a',
  '/_waystation/data-protection?topic=%ff',
  '/_waystation/certificates/../../x',
  '/_waystation/',
  '/_localstack/health',
  `/${ACCOUNT}/plain?Action=ReceiveMessage`,
  '/%00',
  '/%E0%A4%A',
  '/../..',
  'http://evil.example/',
  'http://evil.example:99999/?Action=ListQueues',
  '*',
  `/${'a/'.repeat(500)}`,
  `/${'1'.repeat(12)}/${'-'.repeat(3_000)}!`,
];

/** Any method, path, headers and body. */
function oddCall(random: Random): Call {
  const body = random.chance(0.5) ? Buffer.alloc(0) : Buffer.from(random.bytes(random.below(60)));
  const target = random.chance(0.8)
    ? random.pick(TARGETS)
    : `/${oddText(random)
        .slice(0, 3_000)
        .replaceAll(/[^\x21-\x7e]/g, '~')}`;
  const isClock = target.startsWith('/_waystation/clock');
  return {
    method: random.pick(METHODS),
    target,
    headers: [...extraHeaders(random), ...extraHeaders(random)],
    // The clock is moved by whoever runs the fuzzing, not by chance to the year 275760.
    body: isClock ? Buffer.from(jsonText(nested(20, false))) : body,
  };
}
