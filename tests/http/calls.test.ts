/** AWS calls through a socket: both protocols, errors, and what a handler learns of its caller. */
import { describe, expect, test } from 'vitest';
import { noSuchParcel } from './fake-service.ts';
import { startFront } from './front.ts';
import { jsonCall, rawRequest } from './raw-client.ts';

const CREDENTIAL = 'AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/parcels/aws4_request';
const SIGNED =
  `Authorization: AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, ` +
  'SignedHeaders=host;x-amz-date, Signature=abc123';

const form = (body: string, target = '/') =>
  rawRequest({
    method: 'POST',
    target,
    headers: ['Content-Type: application/x-www-form-urlencoded; charset=utf-8'],
    body,
  });

describe('an AWS JSON call', () => {
  test('is decoded, run and answered', async () => {
    const { exchange, observations } = await startFront();
    const answer = await exchange(jsonCall('SendParcel', { MessageBody: 'ü', DelaySeconds: 5 }));
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-requestid': '00000000-0000-4000-8000-000000000001',
        'content-length': '37',
      },
      body: '{"MessageBody":"ü","DelaySeconds":5}',
    });
    expect(answer.headers).toHaveProperty('date');
    expect(observations).toEqual([
      {
        service: 'parcels',
        operation: 'SendParcel',
        status: 200,
        seconds: expect.any(Number),
      },
    ]);
  });

  test('carries bytes as base64', async () => {
    const { exchange, invoker } = await startFront();
    invoker.behaviour = async ({ input }) => {
      expect(input.Seal).toEqual(Buffer.from('seal'));
      return input;
    };
    const answer = await exchange(jsonCall('SendParcel', { MessageBody: 'a', Seal: 'c2VhbA==' }));
    expect(JSON.parse(answer.body)).toEqual({ MessageBody: 'a', Seal: 'c2VhbA==' });
  });

  test('may be sent to any path', async () => {
    const { exchange } = await startFront();
    const call = jsonCall('ListParcels', {}).replace('POST / ', 'POST /000000000000/orders ');
    expect(await exchange(call)).toMatchObject({ status: 200, body: '{}' });
  });

  test('with an error of the service carries both of its codes', async () => {
    const { exchange, invoker, errors, observations } = await startFront();
    invoker.behaviour = async () => {
      throw noSuchParcel();
    };
    const answer = await exchange(jsonCall('ListParcels', {}));
    expect(answer).toMatchObject({
      status: 404,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-query-error': 'Parcels.NonExistentParcel;Sender',
      },
    });
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'com.amazonaws.parcels#NoSuchParcel',
      message: 'There is no such parcel.',
    });
    expect(errors).toEqual([]);
    expect(observations).toMatchObject([{ operation: 'ListParcels', status: 404 }]);
  });

  test('that meets a bug tells the log, and the client nothing', async () => {
    const { exchange, invoker, errors } = await startFront();
    const bug = new TypeError('secret.value is not a function');
    invoker.behaviour = async () => {
      throw bug;
    };
    const answer = await exchange(jsonCall('ListParcels', {}));
    expect(answer.status).toBe(500);
    expect(answer.headers['x-amzn-query-error']).toBe('InternalFailure;Receiver');
    expect(answer.body).not.toContain('secret');
    expect(errors).toEqual([bug]);
  });

  test.each([
    ['an unknown operation', jsonCall('Nothing', {}), 'UnknownOperationException'],
    [
      'a body that is not JSON',
      jsonCall('ListParcels', {}).replace('{}', '{]'),
      'SerializationException',
    ],
    [
      'a member of the wrong type',
      jsonCall('SendParcel', { MessageBody: {} }),
      'SerializationException',
    ],
    [
      'no target',
      jsonCall('ListParcels', {}).replace(/X-Amz-Target.*\r\n/, ''),
      'UnknownOperationException',
    ],
    [
      'two targets',
      jsonCall('ListParcels', {}, ['X-Amz-Target: AmazonParcels.ListParcels']),
      'UnknownOperationException',
    ],
  ])('with %s is refused', async (_what, call, type) => {
    const { exchange, invoker } = await startFront();
    const answer = await exchange(call);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).__type).toBe(`com.amazon.coral.service#${type}`);
    expect(invoker.callers).toEqual([]);
  });

  test('with bytes that are not UTF-8 is refused', async () => {
    const { exchange } = await startFront();
    const [head = ''] = jsonCall('SendParcel', { MessageBody: 'abc' }).split('{');
    const body = Buffer.from('{"MessageBody":"abc"}');
    body[17] = 0xff;
    const answer = await exchange(Buffer.concat([Buffer.from(head), body]));
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'com.amazon.coral.service#SerializationException',
      message: 'The request body is not valid UTF-8.',
    });
  });
});

describe('a Query call', () => {
  const head = '<?xml version="1.0"?>';

  test('by POST is answered with XML', async () => {
    const { exchange } = await startFront();
    const answer = await exchange(
      form('Action=SendParcel&MessageBody=a%0D%26b&Attribute.1.Name=k&Attribute.1.Value=v'),
    );
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/xml',
        'x-amzn-requestid': '00000000-0000-4000-8000-000000000001',
      },
      body:
        `${head}<SendParcelResponse xmlns="http://parcels.example/doc/2012-11-05/">` +
        '<SendParcelResult><MessageBody>a&#xD;&amp;b</MessageBody>' +
        '<Attribute><Name>k</Name><Value>v</Value></Attribute></SendParcelResult>' +
        '<ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000001</RequestId>' +
        '</ResponseMetadata></SendParcelResponse>',
    });
  });

  test('by GET on a queue’s path carries the path', async () => {
    const { exchange } = await startFront();
    const target = '/000000000000/orders?Action=SendParcel&MessageBody=a';
    const answer = await exchange(rawRequest({ target }));
    expect(answer.body).toContain('<QueueUrl>/000000000000/orders</QueueUrl>');
  });

  test('by GET on the root is a call, not the front page', async () => {
    const { exchange } = await startFront();
    const answer = await exchange(rawRequest({ target: '/?Action=ForgetParcel' }));
    expect(answer.body).toMatch(/<ForgetParcelResponse [^>]*><ResponseMetadata>/);
  });

  test('may have an absolute target, as through a proxy', async () => {
    const { exchange } = await startFront();
    const target = 'http://queue.example:80/000000000000/orders?Action=SendParcel&MessageBody=a';
    const answer = await exchange(rawRequest({ target }));
    expect(answer.body).toContain('<QueueUrl>/000000000000/orders</QueueUrl>');
  });

  test('with an error of the service carries the older code and text', async () => {
    const { exchange, invoker } = await startFront();
    invoker.behaviour = async () => {
      throw noSuchParcel();
    };
    const answer = await exchange(form('Action=ListParcels'));
    expect(answer.status).toBe(404);
    expect(answer.headers).not.toHaveProperty('x-amzn-query-error');
    expect(answer.body).toBe(
      `${head}<ErrorResponse xmlns="http://parcels.example/doc/2012-11-05/"><Error>` +
        '<Type>Sender</Type><Code>Parcels.NonExistentParcel</Code>' +
        '<Message>There is no such parcel for this wsdl version.</Message><Detail/></Error>' +
        '<RequestId>00000000-0000-4000-8000-000000000001</RequestId></ErrorResponse>',
    );
  });

  test.each([
    ['an unknown action', form('Action=Nothing'), 400, 'InvalidAction'],
    [
      'an action not for a queue’s path',
      form('Action=ListParcels', '/000000000000/a'),
      400,
      'InvalidAction',
    ],
    ['no action', form('Version=2012-11-05'), 400, 'MissingAction'],
    ['a malformed escape', form('Action=%'), 400, 'MalformedQueryString'],
  ])('with %s is refused', async (_what, call, status, code) => {
    const { exchange } = await startFront();
    const answer = await exchange(call);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  test('on a queue’s path without action finds nothing', async () => {
    const { exchange } = await startFront();
    expect(await exchange(rawRequest({ target: '/000000000000/orders' }))).toMatchObject({
      status: 404,
      body: '<UnknownOperationException/>\n',
    });
  });
});

describe('the caller', () => {
  test('of a signed request has its key, region and trace', async () => {
    const { exchange, invoker } = await startFront();
    await exchange(
      jsonCall('ListParcels', {}, [SIGNED, 'X-Amzn-Trace-Id: Root=1-2', 'User-Agent: aws-cli/2']),
    );
    expect(invoker.callers).toEqual([
      {
        accountId: '000000000000',
        region: 'eu-west-1',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        principalId: 'AIDAIOSFODNN7EXAMPLEA',
        endpoint: 'http://localhost:4566',
        headers: { 'x-amzn-trace-id': 'Root=1-2', 'user-agent': 'aws-cli/2' },
      },
    ]);
  });

  test('of an unsigned request is anonymous, in us-east-1', async () => {
    const { exchange, invoker } = await startFront();
    await exchange(jsonCall('ListParcels', {}));
    expect(invoker.callers).toMatchObject([
      {
        accountId: '000000000000',
        region: 'us-east-1',
        accessKeyId: 'anonymous',
        principalId: 'anonymous',
      },
    ]);
  });

  test('whose key is an account id belongs to that account', async () => {
    const { exchange, invoker } = await startFront();
    const signed = SIGNED.replace('AKIAIOSFODNN7EXAMPLE', '123456789012');
    await exchange(jsonCall('ListParcels', {}, [signed]));
    expect(invoker.callers).toMatchObject([
      { accountId: '123456789012', principalId: '123456789012' },
    ]);
  });

  test('of a presigned link is read from its query string', async () => {
    const { exchange, invoker } = await startFront();
    const query = new URLSearchParams({
      Action: 'ListParcels',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': CREDENTIAL,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': 'abc',
    });
    const answer = await exchange(rawRequest({ target: `/?${query}` }));
    expect(answer.status).toBe(200);
    expect(invoker.callers).toMatchObject([
      { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', region: 'eu-west-1' },
    ]);
  });

  test('whose signature cannot be read is refused in the protocol of the request', async () => {
    const { exchange, invoker } = await startFront();
    const authorization = 'Authorization: AWS4-HMAC-SHA256 Credential=abc';
    const json = await exchange(jsonCall('ListParcels', {}, [authorization]));
    expect(json.status).toBe(400);
    expect(JSON.parse(json.body).__type).toBe('IncompleteSignatureException');
    const xml = await exchange(
      rawRequest({ target: '/?Action=ListParcels', headers: [authorization] }),
    );
    expect(xml.status).toBe(400);
    expect(xml.body).toContain('<Code>IncompleteSignature</Code>');
    expect(invoker.callers).toEqual([]);
  });
});
