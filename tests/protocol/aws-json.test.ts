/** AWS JSON vectors. Names of the form `serializes_…` and `AwsJson…` are Smithy's test ids. */
import { describe, expect, test } from 'vitest';
import { AwsError, failCommon } from '../../src/core/aws-error.ts';
import { awsJson } from '../../src/protocol/aws-json/index.ts';
import {
  blob,
  boolean,
  integer,
  list,
  long,
  longText,
  type Members,
  map,
  string,
  structure,
  timestamp,
} from '../../src/schema/shapes.ts';
import { jsonRequest, operationOf, service } from './wire.ts';

const sink: Members = {
  String: string(),
  Integer: integer(),
  Long: long(),
  Double: { type: 'double' },
  Boolean: boolean(),
  Blob: blob(),
  Timestamp: timestamp(),
  Strings: list(string()),
  Integers: list(integer()),
  Structures: list(structure({ Value: string(), Bytes: blob() })),
  Map: map(string()),
  BlobMap: map(blob()),
  StructureMap: map(structure({ Value: string() })),
  Structure: structure({ Value: string(), Inner: structure({ Bytes: blob(), At: timestamp() }) }),
};
const kitchenSink = operationOf(sink);

const decode = (body: string | Buffer): unknown =>
  awsJson.decode(service, kitchenSink, jsonRequest(body));

const encode = (output: unknown): string =>
  awsJson.encode(service, kitchenSink, output, 'request-1').body;

function refusal(body: string | Buffer): { type: string | undefined; message: string } {
  try {
    decode(body);
  } catch (error) {
    if (error instanceof AwsError) return { type: error.row.jsonType, message: error.message };
    throw error;
  }
  throw new Error('was decoded where a refusal was expected');
}

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('what is the same both ways', () => {
  const vectors: readonly [id: string, body: string, value: object][] = [
    ['serializes_string_shapes', '{"String":"abc xyz"}', { String: 'abc xyz' }],
    ['serializes_integer_shapes', '{"Integer":1234}', { Integer: 1234 }],
    ['serializes_long_shapes', '{"Long":999999999999}', { Long: 999_999_999_999 }],
    ['serializes_double_shapes', '{"Double":1234.5}', { Double: 1234.5 }],
    ['serializes_blob_shapes', '{"Blob":"YmluYXJ5"}', { Blob: bytes('binary') }],
    ['an empty blob', '{"Blob":""}', { Blob: bytes('') }],
    ['serializes_boolean_shapes_true', '{"Boolean":true}', { Boolean: true }],
    ['serializes_boolean_shapes_false', '{"Boolean":false}', { Boolean: false }],
    ['serializes_timestamp_shapes', '{"Timestamp":946845296}', { Timestamp: 946_845_296_000 }],
    ['fractional seconds', '{"Timestamp":946845296.123}', { Timestamp: 946_845_296_123 }],
    ['serializes_list_shapes', '{"Strings":["abc","mno"]}', { Strings: ['abc', 'mno'] }],
    ['serializes_empty_list_shapes', '{"Strings":[]}', { Strings: [] }],
    [
      'serializes_list_of_structure_shapes',
      '{"Structures":[{"Value":"a"},{"Value":"b"}]}',
      {
        Structures: [{ Value: 'a' }, { Value: 'b' }],
      },
    ],
    [
      'blobs in some structures of a list',
      '{"Structures":[{"Value":"a"},{"Bytes":"YmI="}]}',
      {
        Structures: [{ Value: 'a' }, { Bytes: bytes('bb') }],
      },
    ],
    [
      'serializes_map_shapes',
      '{"Map":{"abc":"xyz","mno":"hjk"}}',
      {
        Map: { abc: 'xyz', mno: 'hjk' },
      },
    ],
    ['serializes_empty_map_shapes', '{"Map":{}}', { Map: {} }],
    ['a map of blobs', '{"BlobMap":{"k":"YQ=="}}', { BlobMap: { k: bytes('a') } }],
    [
      'serializes_map_of_structure_shapes',
      '{"StructureMap":{"k":{"Value":"v"}}}',
      {
        StructureMap: { k: { Value: 'v' } },
      },
    ],
    [
      'serializes_structure_shapes',
      '{"Structure":{"Value":"abc"}}',
      {
        Structure: { Value: 'abc' },
      },
    ],
    ['serializes_empty_structure_shapes', '{"Structure":{}}', { Structure: {} }],
    [
      'bytes and time deep inside',
      '{"Structure":{"Inner":{"Bytes":"YQ==","At":1.5}}}',
      {
        Structure: { Inner: { Bytes: bytes('a'), At: 1500 } },
      },
    ],
    ['AwsJson10EmptyInputAndEmptyJsonObjectOutput', '{}', {}],
    [
      'quotes, backslashes and controls',
      String.raw`{"String":"\"\\\n\r\t\b\u0001"}`,
      {
        String: '"\\\n\r\t\b\u0001',
      },
    ],
    ['characters beyond the basic plane', '{"String":"😀 ü \u2028"}', { String: '😀 ü \u2028' }],
    [
      'a carriage return in a long body',
      `{"String":"${'x'.repeat(70_000)}\\r"}`,
      {
        String: `${'x'.repeat(70_000)}\r`,
      },
    ],
  ];
  test.each(vectors)('%s', (_id, body, value) => {
    expect(decode(body)).toEqual(value);
    expect(encode(value)).toBe(body);
  });
});

describe('what is read leniently', () => {
  const vectors: readonly [what: string, body: string, value: object][] = [
    ['AwsJson10EmptyInputAndEmptyOutput: no body', '', {}],
    ['a body of null', 'null', {}],
    ['AwsJson11ServersDontDeserializeNullStructureValues', '{"String":null}', {}],
    ['a null list and a null map', '{"Strings":null,"Map":null}', {}],
    ['null in a map: not given', '{"Map":{"a":null,"b":"1"}}', { Map: { b: '1' } }],
    ['a number for a string', '{"String":20}', { String: '20' }],
    ['a fraction for a string', '{"String":1.5}', { String: '1.5' }],
    ['a boolean for a string', '{"String":true}', { String: 'true' }],
    ['numbers in a list of strings', '{"Strings":[1,"a",false]}', { Strings: ['1', 'a', 'false'] }],
    [
      'numbers in a map of strings',
      '{"Map":{"VisibilityTimeout":20}}',
      {
        Map: { VisibilityTimeout: '20' },
      },
    ],
    ['a fraction for an integer', '{"Integer":1.9}', { Integer: 1 }],
    ['unknown members', '{"String":"a","Other":{"deep":[1]},"constructor":1}', { String: 'a' }],
    [
      'unknown members of structures',
      '{"Structure":{"Value":"a","Other":1}}',
      {
        Structure: { Value: 'a' },
      },
    ],
    ['white space', ' \n{ "String" : "a" }\t', { String: 'a' }],
    ['the last of two equal members', '{"String":"a","String":"b"}', { String: 'b' }],
    ['escapes of half a pair', String.raw`{"String":"\ud83d"}`, { String: '\ud83d' }],
  ];
  test.each(vectors)('%s', (_what, body, value) => {
    expect(decode(body)).toEqual(value);
  });

  test('a map key named like an inherited property stays a key', () => {
    const input = decode('{"Map":{"__proto__":"x","toString":1}}') as { Map: object };
    expect(Object.entries(input.Map)).toEqual([
      ['__proto__', 'x'],
      ['toString', '1'],
    ]);
    expect(Object.getPrototypeOf(input.Map)).toBe(Object.prototype);
  });

  test('a member named __proto__ changes nothing', () => {
    const input = decode('{"__proto__":{"String":"x"},"Integer":1}') as { String?: string };
    expect(input).toEqual({ Integer: 1 });
    expect(input.String).toBeUndefined();
  });
});

describe('what is refused with SerializationException', () => {
  const structureStart = 'Start of structure or map found where not expected.';
  const listStart = 'Start of list found where not expected.';
  const field = 'Unexpected field type';
  const stringCollection = 'Unrecognized collection type class java.lang.String';
  const vectors: readonly [body: string, message: string][] = [
    ['{"String":{}}', structureStart],
    ['{"String":[]}', stringCollection],
    ['{"Strings":["a",{}]}', structureStart],
    ['{"Strings":["a",["b"]]}', stringCollection],
    ['{"Strings":["a",null]}', 'Unexpected null value in a list'],
    ['{"Strings":"a"}', field],
    ['{"Strings":1}', field],
    ['{"Strings":{}}', structureStart],
    ['{"Map":{"a":{}}}', structureStart],
    ['{"Map":{"a":["b"]}}', stringCollection],
    ['{"Map":"a"}', field],
    ['{"Map":[]}', listStart],
    ['{"Structure":"a"}', field],
    ['{"Structure":[]}', listStart],
    ['{"Structures":[1]}', field],
    ['{"Integer":"12"}', 'STRING_VALUE can not be converted to an Integer'],
    ['{"Integer":true}', 'TRUE_VALUE can not be converted to an Integer'],
    ['{"Integer":false}', 'FALSE_VALUE can not be converted to an Integer'],
    ['{"Integer":{}}', structureStart],
    ['{"Integer":[]}', 'Unrecognized collection type class java.lang.Integer'],
    ['{"Long":"12"}', 'STRING_VALUE can not be converted to a Long'],
    ['{"Boolean":"true"}', 'STRING_VALUE can not be converted to a Boolean'],
    ['{"Boolean":1}', 'NUMBER_VALUE can not be converted to a Boolean'],
    ['{"Blob":1}', 'NUMBER_VALUE can not be converted to a ByteBuffer'],
    ['{"Blob":"YQ"}', 'Base64 encoded length is expected a multiple of 4 bytes but found: 2'],
    ['{"Blob":"YQ!="}', 'Invalid Base64 character detected.'],
    ['{"Blob":"YR=="}', 'Invalid Base64 character detected.'],
    ['{"Timestamp":"now"}', 'STRING_VALUE can not be converted to milliseconds since epoch'],
    ['[]', listStart],
    ['"text"', field],
    ['1', field],
    ['{"String":"a"', 'The request body is not valid JSON.'],
    ["{'String':'a'}", 'The request body is not valid JSON.'],
    ['{"String":"a"} x', 'The request body is not valid JSON.'],
    ['{"String":"line\nbreak"}', 'The request body is not valid JSON.'],
    ['\uFEFF{}', 'The request body is not valid JSON.'],
    ['String=a', 'The request body is not valid JSON.'],
  ];
  test.each(vectors)('%s', (body, message) => {
    expect(refusal(body)).toEqual({
      type: 'com.amazon.coral.service#SerializationException',
      message,
    });
  });

  test('bytes that are not UTF-8', () => {
    const body = Buffer.concat([bytes('{"String":"'), Buffer.from([0xff, 0xfe]), bytes('"}')]);
    expect(refusal(body).message).toBe('The request body is not valid UTF-8.');
  });

  test('half a character at the end', () => {
    const body = bytes('{"String":"😀"}').subarray(0, 13);
    expect(refusal(body).message).toBe('The request body is not valid UTF-8.');
  });

  test('a body nested deeper than any stack', () => {
    expect(refusal(`{"Strings":${'['.repeat(200_000)}${']'.repeat(200_000)}}`).message).toBe(
      stringCollection,
    );
  });
});

describe('answers', () => {
  test('leave out members that have no value', () => {
    expect(encode({ String: undefined, Blob: undefined, Integer: 0 })).toBe('{"Integer":0}');
  });

  test('do not change the output that they encode', () => {
    const output = { Blob: bytes('a'), Structure: { Inner: { At: 1000 } } };
    expect(encode(output)).toBe('{"Blob":"YQ==","Structure":{"Inner":{"At":1}}}');
    expect(output).toEqual({ Blob: bytes('a'), Structure: { Inner: { At: 1000 } } });
  });

  test('hold the bytes of a view only, not of the buffer beneath', () => {
    expect(encode({ Blob: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) })).toBe('{"Blob":"AgM="}');
  });

  test('carry the content type of the service', () => {
    const json = { ...service.json, contentType: 'application/x-amz-json-1.1' };
    const answer = awsJson.encode({ ...service, json }, kitchenSink, {}, 'request-1');
    expect(answer).toEqual({
      status: 200,
      contentType: 'application/x-amz-json-1.1',
      headers: [],
      body: '{}',
    });
  });

  test('of an operation without output are the empty structure', () => {
    expect(encode(undefined)).toBe('{}');
  });
});

describe('errors', () => {
  const modelled = new AwsError(
    'NoSuchThing',
    { status: 404, fault: 'client', queryCode: 'Tests.NonExistentThing' },
    'There is no "such" thing.',
  );

  test('QueryCompatibleAwsJson10CustomCodeError: the shape name and the older code', () => {
    expect(awsJson.encodeError(service, modelled, 'request-1')).toEqual({
      status: 404,
      contentType: 'application/x-amz-json-1.0',
      headers: ['x-amzn-query-error', 'Tests.NonExistentThing;Sender'],
      body: '{"__type":"com.amazonaws.tests#NoSuchThing","message":"There is no \\"such\\" thing."}',
    });
  });

  test('a code without an older one is its own older code', () => {
    const error = new AwsError('OverLimit', { status: 403, fault: 'client' }, 'Too many.');
    const answer = awsJson.encodeError(service, error, 'request-1');
    expect(answer.status).toBe(403);
    expect(answer.headers).toEqual(['x-amzn-query-error', 'OverLimit;Sender']);
  });

  test('errors of the server are the receiver’s fault', () => {
    const answer = awsJson.encodeError(service, failCommon('InternalFailure', 'Oh.'), 'request-1');
    expect(answer.status).toBe(500);
    expect(answer.headers).toEqual(['x-amzn-query-error', 'InternalFailure;Receiver']);
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'com.amazonaws.tests#InternalFailure',
      message: 'Oh.',
    });
  });

  test('errors that no service models keep their own type', () => {
    const error = failCommon('MissingParameter', 'The request must contain the parameter A.');
    const answer = awsJson.encodeError(service, error, 'request-1');
    expect(JSON.parse(answer.body).__type).toBe(
      'com.amazon.coral.service#MissingRequiredParameterException',
    );
    expect(answer.headers).toEqual(['x-amzn-query-error', 'MissingParameter;Sender']);
  });

  test('services that never spoke Query send no older code', () => {
    const json = { ...service.json, queryCompatible: false };
    expect(awsJson.encodeError({ ...service, json }, modelled, 'request-1').headers).toEqual([]);
  });

  test('an error before the service is known has no namespace of a service', () => {
    const answer = awsJson.encodeError(undefined, failCommon('InternalFailure', 'Oh.'), 'id');
    expect(answer.headers).toEqual([]);
    expect(answer.contentType).toBe('application/x-amz-json-1.0');
    expect(JSON.parse(answer.body).__type).toBe('InternalFailure');
  });
});

describe('long texts', () => {
  const line = structure({ Id: string(), Body: longText() });
  const letter = operationOf({ Body: longText(), Note: string() });
  const letters = operationOf({ Note: string(), Lines: list(line) });
  const read = (body: string | Buffer) => awsJson.decode(service, letter, jsonRequest(body));
  const write = (output: unknown) => awsJson.encode(service, letters, output, 'request-1');
  const long = (length: number, text: string) => text.repeat(length / text.length);

  test.each([
    ['ordinary ASCII', '{ "Body":\t"abc ~\u007f" }', { Body: { plain: 'abc ~\u007f' } }],
    ['a number in its place', '{"Body":12}', { Body: { plain: '12' } }],
    ['an escape', '{"Body":"a\\tb"}', { Body: 'a\tb' }],
    ['an escape elsewhere', '{"Body":"ab","Note":"\\""}', { Body: 'ab', Note: '"' }],
    ['an escape of an ordinary letter', '{"Body":"\\u0041"}', { Body: 'A' }],
    ['a character beyond ASCII', '{"Body":"ä"}', { Body: 'ä' }],
  ])('are known to be plain only where no byte says otherwise: %s', (_, body, value) => {
    expect(read(body)).toEqual(value);
  });

  test('are refused with a raw control character, as any text is', () => {
    expect(() => read('{"Body":"a\u0001b"}')).toThrow('The request body is not valid JSON.');
  });

  test.each([
    ['short and long ones', [long(10, 'a'), long(300, 'bc'), long(4096, 'd e ')]],
    ['one beside texts that need escapes', [long(300, 'x'), { quoted: long(300, '"\\ä') }]],
    ['none', []],
  ])('come out as JSON.stringify writes them: %s', (_, texts) => {
    const bodies = texts.map((text) =>
      typeof text === 'string' ? { text, value: { plain: text } } : plainlyNot(text.quoted),
    );
    const output = (values: readonly unknown[]) => ({
      Note: 'größer',
      Lines: values.map((Body, index) => ({ Id: String(index), Body })),
    });
    const { body, bytes } = write(output(bodies.map(({ value }) => value)));
    expect(body).toBe(JSON.stringify(output(bodies.map(({ text }) => text))));
    expect(bytes ?? Buffer.byteLength(body)).toBe(Buffer.byteLength(body));
  });

  test('come out right beside a text that looks like the gap they are put into', () => {
    const Body = long(512, 'abcd');
    const output = { Note: '\u0001', Lines: [{ Id: '\u0001', Body: { plain: Body } }] };
    const { body } = write(output);
    expect(JSON.parse(body)).toEqual({ Note: '\u0001', Lines: [{ Id: '\u0001', Body }] });
  });

  test('are one to a structure: the order of two in the answer would not be known', () => {
    const two = operationOf({ Body: longText(), Lines: list(structure({ Body: longText() })) });
    const output = { Body: 'a', Lines: [] };
    expect(() => awsJson.encode(service, two, output, 'request-1')).toThrow(TypeError);
  });

  const plainlyNot = (text: string) => ({ text, value: text });
});
