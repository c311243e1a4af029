/** The stored form of a message. */
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, type Message } from '../../../src/services/sqs/message.ts';

const plain: Message = {
  messageId: 'm-1',
  body: 'first line\nsecond line',
  bodyMd5: 'd41d8cd98f00b204e9800998ecf8427e',
  sentAtMs: 1_767_225_600_000,
  senderId: 'AIDATEST',
};

const complete: Message = {
  ...plain,
  attributes: {
    Colour: { DataType: 'String', StringValue: 'red\n"blue"' },
    Count: { DataType: 'Number.int', StringValue: '007' },
    Image: { DataType: 'Binary.png', BinaryValue: Buffer.from([0, 10, 255]) },
    __proto__x: { DataType: 'String', StringValue: 'x' },
  },
  traceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  groupId: 'g',
  deduplicationId: 'd',
  deadLetterSourceArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
  receivesBefore: 3,
};

/** One literal per version: messages that older releases stored must stay readable. */
const storedVersion1 =
  '{"v":1,"id":"m-1","md5":"d41d8cd98f00b204e9800998ecf8427e","sent":1767225600000,' +
  '"by":"AIDATEST","attrs":{"Colour":["String","red\\n\\"blue\\""],"Count":["Number.int","007"],' +
  '"Image":["Binary.png","AAr/"],"__proto__x":["String","x"]},' +
  '"trace":"Root=1-5759e988-bd862e3fe1be46a994272793","group":"g","dedup":"d",' +
  '"from":"arn:aws:sqs:us-east-1:000000000000:orders","count":3}\nfirst line\nsecond line';

describe('a stored message', () => {
  it('is read as it was written', () => {
    expect(decodeMessage(encodeMessage(plain))).toEqual(plain);
    expect(decodeMessage(encodeMessage(complete))).toEqual(complete);
  });

  it('keeps that its body is plain, and says nothing where it is not known to be', () => {
    const written = encodeMessage({ ...plain, isPlain: true });
    expect(written).toContain('"plain":true}\n');
    expect(decodeMessage(written).isPlain).toBe(true);
    expect(encodeMessage({ ...plain, isPlain: false })).toBe(encodeMessage(plain));
  });

  it('has the form of version 1', () => {
    expect(encodeMessage(complete)).toBe(storedVersion1);
    expect(decodeMessage(storedVersion1)).toEqual(complete);
  });

  it('keeps an attribute whose name means something to JavaScript', () => {
    const attributes = JSON.parse('{"__proto__":{"DataType":"String","StringValue":"x"}}');
    const read = decodeMessage(encodeMessage({ ...plain, attributes })).attributes ?? {};
    expect(Object.keys(read)).toEqual(['__proto__']);
  });

  it('takes only its own view of a shared buffer as a binary value', () => {
    const BinaryValue = Buffer.from('xxhello').subarray(2);
    const attributes = { Name: { DataType: 'Binary', BinaryValue } };
    const read = decodeMessage(encodeMessage({ ...plain, attributes })).attributes;
    expect(read?.Name?.BinaryValue).toEqual(Buffer.from('hello'));
  });

  it('of a version to come is refused instead of misread', () => {
    expect(() => decodeMessage(storedVersion1.replace('"v":1', '"v":2'))).toThrow(
      'a message of format 2 cannot be read',
    );
  });
});
