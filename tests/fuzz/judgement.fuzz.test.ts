/** The judges of the fuzzing find what is wrong, and let pass what is right. */
import { describe, expect, it } from 'vitest';
import { sqs } from '../../src/services/index.ts';
import { type Answer, AnswerReader, answerFault } from './answers.ts';
import { xmlFault } from './xml.ts';

const ID = '12345678-1234-1234-1234-123456789abc';

function answer(status: number, type: string, body: string | Buffer, id: string = ID): Answer {
  const headers = new Map([
    ['x-amzn-requestid', id],
    ['content-type', type],
  ]);
  return { status, headers, body: Buffer.from(body) };
}

const JSON_TYPE = 'application/x-amz-json-1.0';
const output = sqs.operations.get('ReceiveMessage')?.output;
const call = { protocol: 'aws-json', ...(output && { output }) } as const;

describe('answers', () => {
  it.each([
    ['an empty structure', answer(200, JSON_TYPE, '{}'), call],
    ['a structure of its shape', answer(200, JSON_TYPE, '{"Messages":[{"Body":"a"}]}'), call],
    ['an error', answer(400, JSON_TYPE, '{"__type":"a#b","message":"c"}'), call],
    ['an XML answer', answer(200, 'text/xml', `<A><RequestId>${ID}</RequestId></A>`), {}],
    ['no body of HEAD', answer(200, 'text/plain', ''), { method: 'HEAD' }],
  ])('%s is right', (_what, given, request) => {
    expect(answerFault(given, request)).toBeUndefined();
  });

  it.each([
    ['a failure', answer(500, JSON_TYPE, '{"__type":"a","message":"b"}'), call],
    ['a redirect', answer(302, JSON_TYPE, '{}'), call],
    ['no request id', answer(200, JSON_TYPE, '{}', ''), call],
    ['half of a JSON document', answer(200, JSON_TYPE, '{"Messages":['), call],
    ['an unknown member', answer(200, JSON_TYPE, '{"messages":[]}'), call],
    ['a member of another type', answer(200, JSON_TYPE, '{"Messages":[{"Body":1}]}'), call],
    ['an error without a message', answer(400, JSON_TYPE, '{"__type":"a#b"}'), call],
    ['the other protocol', answer(200, 'text/xml', `<A><RequestId>${ID}</RequestId></A>`), call],
    ['no UTF-8', answer(200, JSON_TYPE, Buffer.of(0x22, 0xff, 0x22)), call],
    ['another request id inside', answer(200, 'text/xml', '<A><RequestId>a</RequestId></A>'), {}],
    ['a stack', answer(400, 'text/plain', 'Error\n    at f (/a/src/b.ts:1:1)'), {}],
    ['no body', answer(200, 'text/plain', ''), { method: 'GET' }],
    [
      'a witness without its proof',
      answer(200, JSON_TYPE, '{}'),
      { ...call, witness: { message: 'a', proof: 'b' } },
    ],
  ])('%s is found', (_what, given, request) => {
    expect(answerFault(given, request)).toBeTypeOf('string');
  });
});

describe('XML', () => {
  it.each([
    '<a/>',
    '<?xml version="1.0"?>\n<a b="c" d=\'e\'><f>g &amp; &#xD;&lt;</f><h/></a>',
    '<a>\u{1f680}\ufffd\t</a>',
  ])('%s is well-formed', (xml) => {
    expect(xmlFault(xml)).toBeUndefined();
  });

  it.each([
    '',
    'a',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>b',
    '<a>&b;</a>',
    '<a>& </a>',
    '<a>&#0;</a>',
    '<a>]]></a>',
    '<a>\u0000</a>',
    '<a>\uffff</a>',
    '<a b="1" b="2"/>',
    '<a b=c/>',
    '<a>b < c</a>',
    ' <?xml version="1.0"?><a/>',
  ])('%s is not', (xml) => {
    expect(xmlFault(xml)).toBeTypeOf('string');
  });
});

describe('what comes on a connection', () => {
  const reader = (text: string): AnswerReader => {
    const made = new AnswerReader();
    made.add(Buffer.from(text));
    return made;
  };
  const two = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 204 No Content\r\n\r\n';

  it('is cut into answers', () => {
    const given = reader(two);
    expect(given.next(false)).toMatchObject({ status: 200, body: Buffer.from('a') });
    expect(given.next(false)).toMatchObject({ status: 204 });
    expect(given.next(false)).toBeUndefined();
    expect(given.rest).toHaveLength(0);
  });

  it('is no answer while a part is missing', () => {
    expect(reader(two.slice(0, 30)).next(false)).toBeUndefined();
    expect(reader('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na').next(false)).toBeUndefined();
  });

  it.each([
    'a\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: a\u0000b\r\n\r\n',
  ])('is refused as %j', (text) => {
    expect(() => reader(text).next(false)).toThrow();
  });
});
