/** AWS Query vectors. Names that begin with `Query` and the like are Smithy's test ids. */
import { describe, expect, test } from 'vitest';
import { AwsError, failCommon } from '../../src/core/aws-error.ts';
import { awsQuery } from '../../src/protocol/aws-query/index.ts';
import type { WireRequest } from '../../src/protocol/protocol.ts';
import {
  blob,
  boolean,
  integer,
  list,
  long,
  type Members,
  map,
  named,
  string,
  structure,
  timestamp,
} from '../../src/schema/shapes.ts';
import { formRequest, linkRequest, operationOf, service } from './wire.ts';

const greeting = structure({ hi: string() });

const sink: Members = {
  Foo: string(),
  Bam: integer(),
  Big: long(),
  Boo: { type: 'double' },
  Baz: boolean(),
  Qux: blob(),
  When: timestamp(),
  Nested: structure({ Arg: string(), Inner: structure({ Arg: string(), Other: boolean() }) }),
  ListArg: list(string()),
  Greetings: list(greeting),
  Renamed: list(named('item', string())),
  FlatArg: list(string(), { flattened: true }),
  FlatNamed: named('Hi', list(named('ignored', string()), { flattened: true })),
  FlatGreetings: named('Entry', list(greeting, { flattened: true })),
  MapArg: map(string()),
  GreetingMap: map(greeting),
  KeyedMap: map(string(), { keyName: 'K', valueName: 'V' }),
  FlatMap: named(
    'Attribute',
    map(string(), { flattened: true, keyName: 'Name', valueName: 'Value' }),
  ),
  BlobMap: named(
    'MessageAttribute',
    map(structure({ DataType: string(), BinaryValue: blob() }), {
      flattened: true,
      keyName: 'Name',
      valueName: 'Value',
    }),
  ),
  QueueUrl: string(),
};
const kitchenSink = operationOf(sink);

const decode = (request: string | Buffer | WireRequest): unknown =>
  awsQuery.decode(
    service,
    kitchenSink,
    typeof request === 'string' || Buffer.isBuffer(request) ? formRequest(request) : request,
  );

function refusal(request: string | Buffer | WireRequest): { code: string; message: string } {
  try {
    decode(request);
  } catch (error) {
    if (error instanceof AwsError) return { code: error.queryCode, message: error.message };
    throw error;
  }
  throw new Error('was decoded where a refusal was expected');
}

const HEAD = '<?xml version="1.0"?><DoItResponse xmlns="https://example.com/">';
const TAIL = '<ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></DoItResponse>';

/** What stands inside the Result element. */
function encode(output: unknown): string {
  const { body } = awsQuery.encode(service, kitchenSink, output, 'request-1');
  expect(body.startsWith(HEAD) && body.endsWith(TAIL)).toBe(true);
  const result = body.slice(HEAD.length, -TAIL.length);
  if (result === '<DoItResult/>') return '';
  expect(result).toMatch(/^<DoItResult>[\s\S]*<\/DoItResult>$/);
  return result.slice('<DoItResult>'.length, -'</DoItResult>'.length);
}

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('parameters', () => {
  const vectors: readonly [id: string, form: string, input: object][] = [
    ['QuerySimpleInputParamsStrings', 'Action=DoIt&Version=2020-01-08&Foo=val1', { Foo: 'val1' }],
    ['QuerySimpleInputParamsStringAndBooleanTrue', 'Foo=val1&Baz=true', { Foo: 'val1', Baz: true }],
    ['QuerySimpleInputParamsStringsAndBooleanFalse', 'Baz=false', { Baz: false }],
    ['QuerySimpleInputParamsInteger', 'Bam=10', { Bam: 10 }],
    ['a negative integer', 'Bam=-1', { Bam: -1 }],
    ['a long', 'Big=999999999999', { Big: 999_999_999_999 }],
    ['QuerySimpleInputParamsFloat', 'Boo=10.8', { Boo: 10.8 }],
    ['QuerySimpleInputParamsBlob', 'Qux=dmFsdWU%3D', { Qux: bytes('value') }],
    ['QueryTimestampsInput', 'When=2015-01-25T08%3A00%3A00Z', { When: 1_422_172_800_000 }],
    [
      'NestedStructures',
      'Nested.Arg=foo&Nested.Inner.Arg=baz&Nested.Inner.Other=true',
      {
        Nested: { Arg: 'foo', Inner: { Arg: 'baz', Other: true } },
      },
    ],
    [
      'QueryLists',
      'ListArg.member.1=foo&ListArg.member.2=bar&Greetings.member.1.hi=hello',
      {
        ListArg: ['foo', 'bar'],
        Greetings: [{ hi: 'hello' }],
      },
    ],
    ['QueryListArgWithXmlNameMember', 'Renamed.item.1=A&Renamed.item.2=B', { Renamed: ['A', 'B'] }],
    ['FlattenedQueryLists', 'FlatArg.1=A&FlatArg.2=B', { FlatArg: ['A', 'B'] }],
    ['QueryFlattenedListArgWithXmlName', 'Hi.1=A&Hi.2=B', { FlatNamed: ['A', 'B'] }],
    [
      'a flattened list of structures',
      'Entry.1.hi=a&Entry.2.hi=b',
      {
        FlatGreetings: [{ hi: 'a' }, { hi: 'b' }],
      },
    ],
    ['an empty list by botocore', 'FlatArg=&ListArg=', { FlatArg: [], ListArg: [] }],
    ['an empty map', 'FlatMap=&Attribute=', { FlatMap: {} }],
    ['a flattened list of one without index', 'FlatArg=All', { FlatArg: ['All'] }],
    [
      'indexes out of order and with gaps',
      'FlatArg.10=c&FlatArg.2=b&FlatArg.1=a',
      {
        FlatArg: ['a', 'b', 'c'],
      },
    ],
    [
      'QuerySimpleQueryMaps',
      'MapArg.entry.1.key=foo&MapArg.entry.1.value=Foo',
      {
        MapArg: { foo: 'Foo' },
      },
    ],
    [
      'QueryComplexQueryMaps',
      'GreetingMap.entry.1.key=a&GreetingMap.entry.1.value.hi=Foo',
      {
        GreetingMap: { a: { hi: 'Foo' } },
      },
    ],
    [
      'QueryQueryMapWithMemberXmlName',
      'KeyedMap.entry.1.K=foo&KeyedMap.entry.1.V=Foo',
      {
        KeyedMap: { foo: 'Foo' },
      },
    ],
    [
      'QueryFlattenedQueryMapsWithXmlName',
      'Attribute.1.Name=a&Attribute.1.Value=A&Attribute.2.Name=b&Attribute.2.Value=B',
      { FlatMap: { a: 'A', b: 'B' } },
    ],
    [
      'a flattened map of one without index',
      'Attribute.Name=a&Attribute.Value=A',
      {
        FlatMap: { a: 'A' },
      },
    ],
    [
      'an attribute with an empty value',
      'Attribute.1.Name=Policy&Attribute.1.Value=',
      {
        FlatMap: { Policy: '' },
      },
    ],
    [
      'message attributes',
      'MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Binary' +
        '&MessageAttribute.1.Value.BinaryValue=AAH%2F',
      { BlobMap: { n: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1, 255]) } } },
    ],
    ['plus is a space, %2B a plus', 'Foo=a+b%2Bc%20d', { Foo: 'a b+c d' }],
    ['equal signs in a value', 'Foo=a=b==', { Foo: 'a=b==' }],
    ['escapes in a name', 'F%6Fo=a&FlatArg%2E1=b', { Foo: 'a', FlatArg: ['b'] }],
    ['characters beyond the basic plane', 'Foo=%F0%9F%98%80%C3%BC', { Foo: '😀ü' }],
    ['UTF-8 that was not escaped', 'Foo=😀ü', { Foo: '😀ü' }],
    ['line ends and quotes', 'Foo=%0D%0A%22%27%26', { Foo: '\r\n"\'&' }],
    ['a value left out', 'Foo', { Foo: '' }],
    ['empty pairs', '&&Foo=a&&', { Foo: 'a' }],
    ['the last of two equal parameters', 'Foo=a&Foo=b', { Foo: 'b' }],
    ['unknown parameters', 'Foo=a&Other.1.X=1&SignatureVersion=4&constructor=1', { Foo: 'a' }],
    ['a name of more parts than any shape has', `Nested.${'a.'.repeat(1000)}=1`, {}],
    ['nothing', '', {}],
  ];
  test.each(vectors)('%s', (_id, form, input) => {
    expect(decode(form)).toEqual(input);
    expect(decode(linkRequest(form))).toEqual(input);
  });

  test('those of the body win over those of the query string', () => {
    const request = { ...formRequest('Foo=body'), query: 'Foo=url&Bam=1' };
    expect(decode(request)).toEqual({ Foo: 'body', Bam: 1 });
  });

  test('a body that is not a form holds no parameters', () => {
    expect(decode(formRequest('Foo=a', { contentType: 'text/plain' }))).toEqual({});
    expect(decode(formRequest('Foo=a', { contentType: '' }))).toEqual({ Foo: 'a' });
    const contentType = 'Application/X-WWW-Form-URLEncoded; charset=utf-8';
    expect(decode(formRequest('Foo=a', { contentType }))).toEqual({ Foo: 'a' });
  });

  test('a map key named like an inherited property stays a key', () => {
    const form = 'Attribute.1.Name=__proto__&Attribute.1.Value=x';
    const { FlatMap } = decode(form) as { FlatMap: object };
    expect(Object.entries(FlatMap)).toEqual([['__proto__', 'x']]);
  });
});

describe('parameters that are refused', () => {
  const vectors: readonly [form: string, code: string, message: string][] = [
    ['Bam=abc', 'MalformedInput', 'For input string: "abc"'],
    ['Bam=', 'MalformedInput', 'For input string: ""'],
    ['Bam=1.5', 'MalformedInput', 'For input string: "1.5"'],
    ['Bam=1e3', 'MalformedInput', 'For input string: "1e3"'],
    ['Bam=+5', 'MalformedInput', 'For input string: " 5"'],
    ['Boo=x', 'MalformedInput', 'For input string: "x"'],
    ['Boo=', 'MalformedInput', 'For input string: ""'],
    ['Baz=yes', 'MalformedInput', 'Invalid boolean value for Baz.'],
    ['Qux=YQ', 'MalformedInput', 'Invalid base64 value for Qux.'],
    ['Qux=a+b=', 'MalformedInput', 'Invalid base64 value for Qux.'],
    ['When=soon', 'MalformedInput', 'Invalid timestamp value for When.'],
    ['Foo.1=a', 'MalformedInput', 'Unexpected complex element: Foo'],
    ['ListArg=a', 'MalformedInput', 'Unexpected value for the list ListArg.'],
    ['FlatArg.x=a', 'MalformedInput', 'Key is not a positive integer: FlatArg.x'],
    ['FlatArg.0=a', 'MalformedInput', 'Key is not a positive integer: FlatArg.0'],
    ['FlatArg.-1=a', 'MalformedInput', 'Key is not a positive integer: FlatArg.-1'],
    ['FlatArg.1e2=a', 'MalformedInput', 'Key is not a positive integer: FlatArg.1e2'],
    [
      'FlatArg.99999999999=a',
      'MalformedInput',
      'Key is not a positive integer: FlatArg.99999999999',
    ],
    ['ListArg.member.x=a', 'MalformedInput', 'Key is not a positive integer: ListArg.member.x'],
    [
      'Attribute.1.Value=a',
      'MissingParameter',
      'The request must contain the parameter Attribute.1.Name.',
    ],
    [
      'Attribute.1.Name=a',
      'MissingParameter',
      'The request must contain the parameter Attribute.1.Value.',
    ],
    ['Foo=%', 'MalformedQueryString', 'The query string contains a malformed escape.'],
    ['Foo=%zz', 'MalformedQueryString', 'The query string contains a malformed escape.'],
    ['Foo=%FF', 'MalformedQueryString', 'The query string contains a malformed escape.'],
    ['Foo=%F0%9F', 'MalformedQueryString', 'The query string contains a malformed escape.'],
    ['&a'.repeat(100_001), 'MalformedQueryString', 'The request has too many parameters.'],
  ];
  test.each(vectors)('%.40s', (form, code, message) => {
    expect(refusal(form)).toEqual({ code, message });
  });

  test('bytes that are not UTF-8', () => {
    const body = Buffer.concat([bytes('Foo='), Buffer.from([0xff])]);
    expect(refusal(body)).toEqual({
      code: 'MalformedQueryString',
      message: 'The request body is not valid UTF-8.',
    });
  });
});

describe('calls on a resource’s path', () => {
  const path = '/000000000000/orders';

  test('carry the path as the member that names the resource', () => {
    expect(decode(linkRequest('Foo=a', path))).toEqual({ Foo: 'a', QueueUrl: path });
  });

  test('carry the parameter where both are given', () => {
    const input = decode(linkRequest('QueueUrl=http%3A%2F%2Fx%2F000000000000%2Fother', path));
    expect(input).toEqual({ QueueUrl: 'http://x/000000000000/other' });
  });

  test('leave an operation alone that has no such member', () => {
    const operation = operationOf({ Foo: string() });
    expect(awsQuery.decode(service, operation, linkRequest('Foo=a', path))).toEqual({ Foo: 'a' });
  });

  test('are refused for operations that make no sense there', () => {
    const operation = operationOf(sink, { name: 'CreateIt' });
    expect(() => awsQuery.decode(service, operation, linkRequest('Bam=x', path))).toThrow(
      expect.objectContaining({
        code: 'InvalidAction',
        message: 'The action CreateIt is not valid for this endpoint.',
      }),
    );
    expect(awsQuery.decode(service, operation, linkRequest(''))).toEqual({});
  });
});

describe('answers', () => {
  const vectors: readonly [id: string, output: object, xml: string][] = [
    ['nothing', {}, ''],
    [
      'QuerySimpleScalarProperties',
      { Foo: 'string', Bam: 3, Big: 4, Boo: 6.5, Baz: false },
      '<Foo>string</Foo><Bam>3</Bam><Big>4</Big><Boo>6.5</Boo><Baz>false</Baz>',
    ],
    ['an empty string', { Foo: '' }, '<Foo/>'],
    ['QueryXmlBlobs', { Qux: bytes('value') }, '<Qux>dmFsdWU=</Qux>'],
    ['QueryXmlEmptySelfClosedBlobs', { Qux: bytes('') }, '<Qux/>'],
    ['QueryXmlTimestamps', { When: 1_398_796_238_000 }, '<When>2014-04-29T18:30:38Z</When>'],
    ['milliseconds', { When: 1_398_796_238_123 }, '<When>2014-04-29T18:30:38.123Z</When>'],
    ['a structure', { Nested: { Arg: 'a' } }, '<Nested><Arg>a</Arg></Nested>'],
    ['an empty structure', { Nested: {} }, '<Nested/>'],
    [
      'QueryXmlLists',
      { ListArg: ['foo', 'bar'], Renamed: ['x'], FlatArg: ['hi', 'bye'], FlatNamed: ['yep'] },
      '<ListArg><member>foo</member><member>bar</member></ListArg>' +
        '<Renamed><item>x</item></Renamed>' +
        '<FlatArg>hi</FlatArg><FlatArg>bye</FlatArg><Hi>yep</Hi>',
    ],
    [
      'structures in lists',
      { Greetings: [{ hi: 'a' }], FlatGreetings: [{ hi: 'b' }, {}] },
      '<Greetings><member><hi>a</hi></member></Greetings><Entry><hi>b</hi></Entry><Entry/>',
    ],
    ['an empty list', { ListArg: [] }, '<ListArg/>'],
    ['an empty flattened list', { FlatArg: [] }, ''],
    [
      'QueryXmlMaps',
      { GreetingMap: { foo: { hi: 'there' } } },
      '<GreetingMap><entry><key>foo</key><value><hi>there</hi></value></entry></GreetingMap>',
    ],
    ['QueryXmlEmptySelfClosedMaps', { MapArg: {} }, '<MapArg/>'],
    [
      'QueryQueryXmlMapsXmlName',
      { KeyedMap: { a: 'A' } },
      '<KeyedMap><entry><K>a</K><V>A</V></entry></KeyedMap>',
    ],
    [
      'QueryQueryFlattenedXmlMapWithXmlName',
      { FlatMap: { a: 'A', b: '' } },
      '<Attribute><Name>a</Name><Value>A</Value></Attribute>' +
        '<Attribute><Name>b</Name><Value/></Attribute>',
    ],
    ['an empty flattened map', { FlatMap: {} }, ''],
    ['members without value', { Foo: undefined, Baz: true }, '<Baz>true</Baz>'],
    ['the order of the schema', { Baz: true, Foo: 'a' }, '<Foo>a</Foo><Baz>true</Baz>'],
    [
      'markup',
      { Foo: '<a b="c">&amp;\'</a>' },
      "<Foo>&lt;a b=&quot;c&quot;&gt;&amp;amp;'&lt;/a&gt;</Foo>",
    ],
    ['a carriage return', { Foo: '\r\n\t' }, '<Foo>&#xD;\n\t</Foo>'],
    ['escapes at both ends', { Foo: '"a"' }, '<Foo>&quot;a&quot;</Foo>'],
    [
      'characters beyond the basic plane',
      { Foo: '😀ü\u2028\uD7FF\uE000' },
      '<Foo>😀ü\u2028\uD7FF\uE000</Foo>',
    ],
    [
      'characters that XML cannot hold',
      { Foo: '\u0000a\u0001\u001f\uFFFE\uFFFF' },
      '<Foo>\uFFFDa\uFFFD\uFFFD\uFFFD\uFFFD</Foo>',
    ],
    ['halves of pairs', { Foo: '\ud83d \ude00\ud83d' }, '<Foo>\uFFFD \uFFFD\uFFFD</Foo>'],
    [
      'markup in a map’s keys',
      { FlatMap: { '<&>': '\r' } },
      '<Attribute><Name>&lt;&amp;&gt;</Name><Value>&#xD;</Value></Attribute>',
    ],
  ];
  test.each(vectors)('%s', (_id, output, xml) => {
    expect(encode(output)).toBe(xml);
  });

  test('QueryNoInputAndNoOutput: some operations have no Result element', () => {
    const operation = operationOf({}, { emptyResult: true });
    const answer = awsQuery.encode(service, operation, {}, 'request-1');
    expect(answer).toEqual({
      status: 200,
      contentType: 'text/xml',
      headers: [],
      body: HEAD + TAIL,
    });
  });

  test('QueryNoInputAndOutput: others have an empty one', () => {
    const operation = operationOf({});
    expect(awsQuery.encode(service, operation, undefined, 'request-1').body).toBe(
      `${HEAD}<DoItResult/>${TAIL}`,
    );
  });
});

describe('errors', () => {
  const noSuchThing = new AwsError(
    'NoSuchThing',
    { status: 404, fault: 'client', queryCode: 'Tests.NonExistentThing' },
    'There is no such thing.',
  );
  const error = (inside: string) =>
    '<?xml version="1.0"?><ErrorResponse xmlns="https://example.com/">' +
    `<Error>${inside}<Detail/></Error><RequestId>request-1</RequestId></ErrorResponse>`;

  test('QueryCustomizedError: the older code, and the text that Query has for it', () => {
    expect(awsQuery.encodeError(service, noSuchThing, 'request-1')).toEqual({
      status: 404,
      contentType: 'text/xml',
      headers: [],
      body: error(
        '<Type>Sender</Type><Code>Tests.NonExistentThing</Code>' +
          '<Message>There is no such thing for this wsdl version.</Message>',
      ),
    });
  });

  test('errors of the server are the receiver’s fault', () => {
    const answer = awsQuery.encodeError(service, failCommon('InternalFailure', 'Oh.'), 'request-1');
    expect(answer.status).toBe(500);
    expect(answer.body).toBe(
      error('<Type>Receiver</Type><Code>InternalFailure</Code><Message>Oh.</Message>'),
    );
  });

  test('what a client wrote into a message is escaped', () => {
    const refused = failCommon('InvalidParameterValue', 'Value <a>\r\u0001 is invalid.');
    expect(awsQuery.encodeError(service, refused, 'request-1').body).toContain(
      '<Message>Value &lt;a&gt;&#xD;\uFFFD is invalid.</Message>',
    );
  });

  test('an error before the service is known has no namespace', () => {
    const refused = failCommon('InvalidAction', 'No.');
    expect(awsQuery.encodeError(undefined, refused, 'request-1').body).toContain('<ErrorResponse>');
  });
});
