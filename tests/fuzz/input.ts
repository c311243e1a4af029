/**
 * Arbitrary requests: inputs that follow a shape more or less, and everything that they can be
 * wrapped in. A good part of them is valid, so that what comes after validation is met too.
 */
import fc from 'fast-check';
import type { Shape, StructureShape } from '../../src/schema/shapes.ts';
import { services } from '../../src/services/index.ts';

/** One request of the HTTP layer, or bytes for a connection of their own. */
export type FuzzRequest =
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly path: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Buffer;
    }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

export const QUEUES = ['plain', 'line.fifo', 'other', 'dead'];
export const TOPICS = ['topic', 'topic.fifo'];
const ACCOUNT = '000000000000';

/** Stands for a receipt handle that is good at the moment; the same in a form. */
export const HANDLE = '~handle~';

const POLLUTING = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '0', ''];

const queueUrls = fc.constantFrom(
  ...QUEUES,
  ...QUEUES.map((name) => `http://localhost:1/${ACCOUNT}/${name}`),
  ...QUEUES.map((name) => `/${ACCOUNT}/${name}`),
);
const queueArns = fc.constantFrom(
  ...QUEUES.map((name) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`),
);

const topicArns = fc.constantFrom(
  ...TOPICS.map((name) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`),
);

const oddText = fc.oneof(
  fc.constantFrom(
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
    '\uffff',
    '\u{10ffff}',
    '\r\n\r\n',
    'a\u0000b',
    '../../etc/passwd',
    '%00%ff',
    '<a>&amp;]]></a>',
    '{"a":',
    '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":2}',
    '{"maxReceiveCount":[[]],"deadLetterTargetArn":{}}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}',
    '[[[[[[',
    'MTphOjE6MTox',
    'x'.repeat(81),
    'x'.repeat(3_000),
    'é'.repeat(1_000),
  ),
  fc.constantFrom(...POLLUTING),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }),
  fc.base64String({ maxLength: 40 }),
);

const attributeNames = fc.constantFrom(
  'All',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DelaySeconds',
  'MessageRetentionPeriod',
  'VisibilityTimeout',
  'MaximumMessageSize',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'Policy',
  'KmsMasterKeyId',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'ApproximateNumberOfMessages',
  'AWSTraceHeader',
);

const texts = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(queueUrls, queueArns) },
  { weight: 3, arbitrary: oddText },
  { weight: 2, arbitrary: attributeNames },
  {
    weight: 2,
    arbitrary: fc.constantFrom('String', 'Number', 'Binary', 'String.a', 'a', 'b', 'g1'),
  },
);

const oddNumber = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    10,
    11,
    20,
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
  ),
  fc.integer({ min: -5, max: 50 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

function nested(depth: number, isList: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = isList ? [value] : { a: value };
  return value;
}

/** Anything that JSON can say. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  oddNumber,
  oddText,
  fc.constantFrom(null, true, false, [], {}, [[]], [null], [{}], { a: null }),
  fc.tuple(fc.constantFrom(...POLLUTING), oddText).map(([key, value]) => own([[key, value]])),
  fc
    .tuple(fc.constantFrom(10, 200, 1_000), fc.boolean())
    .map(([depth, list]) => nested(depth, list)),
);

/** Unlike a literal, this makes `__proto__` a member like any other. */
const own = (members: readonly (readonly [string, unknown])[]): object =>
  Object.fromEntries(members);

/** What a member is likely to hold where its name says more than its shape. */
const byName: { readonly [name: string]: fc.Arbitrary<unknown> } = {
  QueueUrl: queueUrls,
  QueueName: fc.constantFrom(...QUEUES, 'new', 'new.fifo'),
  SourceArn: queueArns,
  DestinationArn: queueArns,
  TopicArn: topicArns,
  TargetArn: topicArns,
  ResourceArn: topicArns,
  Endpoint: fc.oneof(
    queueArns,
    fc.constantFrom('http://127.0.0.1:1/', 'a@b.example', '+15555550100'),
  ),
  Protocol: fc.constantFrom('sqs', 'sqs', 'sqs', 'http', 'email', 'sms', 'lambda'),
  ReceiptHandle: fc.constant(HANDLE),
  MessageBody: fc.string({ minLength: 1, maxLength: 40 }),
  MessageGroupId: fc.constantFrom('g1', 'g2'),
  MessageDeduplicationId: fc.string({
    unit: fc.constantFrom('a', 'b'),
    minLength: 1,
    maxLength: 6,
  }),
  Id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  DataType: fc.constantFrom('String', 'Number', 'Binary', 'String.x'),
  StringValue: fc.constantFrom('1', '2.5', 'text'),
  AttributeNames: attributeNames,
  AttributeName: attributeNames,
};

const values = new Map<string, WeakMap<Shape, fc.Arbitrary<unknown>>>();

/** Values of a member with this name, or of the entries in it. */
function valuesOf(shape: Shape, name: string): fc.Arbitrary<unknown> {
  let known = values.get(name);
  if (known === undefined) {
    known = new WeakMap();
    values.set(name, known);
  }
  let arbitrary = known.get(shape);
  if (arbitrary === undefined) {
    const usual = byName[name];
    arbitrary = fc.oneof(
      { weight: 20, arbitrary: fittingValue(shape, name) },
      { weight: 1, arbitrary: anything },
      {
        weight: usual !== undefined && shape.type === 'string' ? 200 : 0,
        arbitrary: usual ?? texts,
      },
    );
    known.set(shape, arbitrary);
  }
  return arbitrary;
}

function fittingValue(shape: Shape, name: string): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'structure':
      return structureValue(shape);
    case 'list':
      return fc.oneof(
        { weight: 9, arbitrary: fc.array(valuesOf(shape.member, name), { maxLength: 4 }) },
        {
          weight: 1,
          arbitrary: fc.array(valuesOf(shape.member, name), { minLength: 9, maxLength: 12 }),
        },
      );
    case 'map':
      return fc
        .array(fc.tuple(fc.oneof(attributeNames, texts), valuesOf(shape.value, name)), {
          maxLength: 5,
        })
        .map(own);
    case 'string':
      return shape.enum === undefined ? texts : fc.oneof(fc.constantFrom(...shape.enum), texts);
    case 'integer':
    case 'long':
    case 'double':
      return fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 10 }) },
        { weight: 1, arbitrary: oddNumber },
      );
    case 'boolean':
      return fc.boolean();
    case 'blob':
      return fc.oneof(fc.base64String({ maxLength: 40 }), oddText);
    case 'timestamp':
      return oddNumber;
  }
}

function structureValue(shape: StructureShape): fc.Arbitrary<object> {
  const members = Object.entries(shape.members).map(([name, member]) => {
    const value = valuesOf(member, name).map((given): readonly [string, unknown][] => [
      [name, given],
    ]);
    const isUsual = member.required === true;
    return fc.oneof(
      { weight: isUsual ? 60 : 1, arbitrary: value },
      { weight: isUsual ? 1 : 3, arbitrary: fc.constant([]) },
    );
  });
  const extra = fc.oneof(
    { weight: 30, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.oneof(fc.constantFrom(...POLLUTING), oddText), anything)
        .map((member) => [member]),
    },
  );
  return fc.tuple(extra, ...members).map((parts) => own(parts.flat()));
}

interface Row {
  readonly target: string;
  readonly name: string;
  readonly service: string;
  readonly version: string;
  readonly isQuery: boolean;
  readonly input: StructureShape;
}

export const rows: readonly Row[] = services.flatMap((service) =>
  [...service.operations.values()].map((operation) => ({
    target: service.json === undefined ? '' : `${service.json.targetPrefix}.${operation.name}`,
    name: operation.name,
    service: service.name,
    version: service.version,
    isQuery: service.protocols.includes('aws-query'),
    input: operation.input,
  })),
);

/** Queues must live long enough for something to happen to them. */
const usualRows = Array.from({ length: 8 }, () =>
  rows.filter(({ name }) => !name.startsWith('Delete') || name.startsWith('DeleteMessage')),
).flat();
const drawnRows = [...usualRows, ...rows];

/** Bytes changed, cut, doubled or put in at random places. */
const damage = (bytes: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom('change', 'cut', 'insert', 'double'),
      fc.nat(),
      fc.uint8Array({ maxLength: 8 }),
    )
    .map(([how, place, noise]) => {
      const at = bytes.length === 0 ? 0 : place % bytes.length;
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      switch (how) {
        case 'cut':
          return before;
        case 'double':
          return Buffer.concat([before, after, after]);
        case 'insert':
          return Buffer.concat([before, noise, after]);
        default:
          return Buffer.concat([before, noise, after.subarray(noise.length)]);
      }
    });

const sometimesDamaged = (bytes: Buffer): fc.Arbitrary<Buffer> =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(bytes) }, { weight: 1, arbitrary: damage(bytes) });

const credential = (service: string): readonly [string, string] => [
  'authorization',
  `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/20260101/us-east-1/${service}/aws4_request, ` +
    'SignedHeaders=host, Signature=00',
];

/** Header values that HTTP allows. */
const headerText = fc.oneof(
  fc.constantFrom(
    '',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=//////',
    'a, b;c="d',
    '\u00ff',
  ),
  fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\x20-\x7e]/g, '?').trim()),
);

const headerNames = fc.constantFrom(
  'authorization',
  'content-type',
  'x-amz-target',
  'x-amz-date',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-amz-security-token',
  'content-encoding',
  'origin',
  'accept',
  'access-control-request-headers',
  'cookie',
  'if-none-match',
  'range',
  'upgrade-insecure-requests',
  'amz-sdk-invocation-id',
);

const extraHeaders = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(fc.tuple(headerNames, headerText), { maxLength: 3 }) },
);

const jsonCall: fc.Arbitrary<FuzzRequest> = fc
  .constantFrom(...drawnRows.filter(({ target }) => target !== ''))
  .chain((row) =>
    fc
      .tuple(
        fc.oneof(
          { weight: 20, arbitrary: structureValue(row.input) },
          { weight: 1, arbitrary: anything },
        ),
        extraHeaders,
        fc.constantFrom('/', '/', '/', `/${ACCOUNT}/plain`, '/%', '/a?b=c'),
      )
      .chain(([input, extra, path]) =>
        sometimesDamaged(Buffer.from(JSON.stringify(input) ?? '')).map((body) => ({
          kind: 'http' as const,
          method: 'POST',
          path,
          headers: [
            ['content-type', 'application/x-amz-json-1.0'] as const,
            ['x-amz-target', row.target] as const,
            credential(row.service),
            ...extra,
          ],
          body,
        })),
      ),
  );

/** Form parameters in the way of the Query protocol: `Entries.1.Id`. */
function parametersOf(value: unknown, name: string, into: [string, string][]): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) parametersOf(item, `${name}.${i + 1}`, into);
  } else if (typeof value === 'object' && value !== null) {
    const isMap = Object.keys(value).some((key) => !/^[A-Z]/.test(key));
    for (const [i, [key, item]] of Object.entries(value).entries()) {
      if (!isMap) parametersOf(item, name === '' ? key : `${name}.${key}`, into);
      else into.push([`${name}.${i + 1}.Name`, key], [`${name}.${i + 1}.Value`, textOf(item)]);
    }
  } else {
    into.push([name, textOf(value)]);
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const oddParameters = fc.array(
  fc.oneof(
    fc.constantFrom(
      'Attribute.1.Name=VisibilityTimeout',
      'Attribute.999999999.Name=a',
      'Attribute.0.Name=a',
      'Attribute.-1.Name=a',
      'Attribute.1e3.Value',
      'Attribute..Name=a',
      'Attribute.__proto__.Name=a',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.BinaryValue=%00',
      '__proto__=a',
      '__proto__.polluted=a',
      'constructor.prototype.polluted=a',
      '=',
      '&&&',
      '%',
      '%e9',
      '%C3%28',
      'Version=1',
      'Action=SendMessage',
      'AttributeName.1=All&AttributeName.1=Policy',
      '.'.repeat(50),
      'Tag.1.Key=a&Tag.1.Value',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  ),
  { maxLength: 4 },
);

/** Texts with a lone surrogate are no URI components, and no client could send them. */
const escaped = (text: string): string => encodeURIComponent(text.toWellFormed());

const queryCall: fc.Arbitrary<FuzzRequest> = fc
  .constantFrom(...drawnRows.filter(({ isQuery }) => isQuery))
  .chain((row) =>
    fc
      .tuple(
        structureValue(row.input),
        fc.oneof(
          { weight: 4, arbitrary: fc.constant<string[]>([]) },
          { weight: 1, arbitrary: oddParameters },
        ),
        extraHeaders,
        fc.constantFrom('/', '/', `/${ACCOUNT}/plain`, `/${ACCOUNT}/line.fifo/`, '/queue/x'),
        fc.boolean(),
      )
      .chain(([input, odd, extra, path, inQuery]) => {
        const named: [string, string][] = [];
        parametersOf(input, '', named);
        const text = [
          `Action=${row.name}`,
          `Version=${row.version}`,
          ...named.map(([name, value]) => `${escaped(name)}=${escaped(value)}`),
          ...odd,
        ].join('&');
        const isGet = inQuery && text.length < 6_000;
        return sometimesDamaged(Buffer.from(isGet ? '' : text)).map((body) => ({
          kind: 'http' as const,
          method: isGet ? 'GET' : 'POST',
          path: isGet ? `${path}?${text.replace(/[^\x21-\x7e]/g, '%20')}` : path,
          headers: [
            ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'] as const,
            credential(row.service),
            ...extra,
          ],
          body,
        }));
      }),
  );

/** Any method, path, headers and body. */
const oddCall: fc.Arbitrary<FuzzRequest> = fc.record({
  kind: fc.constant('http' as const),
  method: fc.constantFrom(
    'GET',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'QUERY',
  ),
  path: fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '/?',
      '/?Action=ListQueues',
      '/?Action=',
      '/_waystation/health',
      '/_waystation/metrics',
      '/_waystation/clock',
      '/_waystation/clock?__proto__=1',
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
    ),
    fc.string({ maxLength: 30 }).map((text) => `/${text.replace(/[^\x21-\x7e]/g, '~')}`),
  ),
  headers: fc.array(fc.tuple(headerNames, headerText), { maxLength: 5 }),
  body: fc.oneof(fc.constant(Buffer.alloc(0)), fc.uint8Array({ maxLength: 60 }).map(Buffer.from)),
});

/** Bytes that are nearly HTTP, or not at all. */
const rawBytes: fc.Arbitrary<FuzzRequest> = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map(Buffer.from),
    fc.string({ maxLength: 100 }).map((text) => Buffer.from(`${text}\r\n\r\n`)),
    fc
      .constantFrom(
        'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
        'GET / HTTP/1.0\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc',
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
        'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n',
        'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc',
        'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
        'POST / HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\nContent-Length: 2\r\n\r\n{}',
        'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
        'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
        `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
        `${'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20)}`,
        '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
      )
      .chain((text) => sometimesDamaged(Buffer.from(text, 'latin1'))),
  )
  .map((bytes) => ({ kind: 'bytes', bytes }));

export const request: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 55, arbitrary: jsonCall },
  { weight: 25, arbitrary: queryCall },
  { weight: 12, arbitrary: oddCall },
  { weight: 8, arbitrary: rawBytes },
);
