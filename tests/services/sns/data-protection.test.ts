/** What data protection policies do to messages. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttempts } from '../../../src/delivery/attempt-log.ts';
import { readFindings } from '../../../src/services/sns/audit-log.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  bodies,
  counted,
  createQueue,
  createTopic,
  deliveries,
  depth,
  managed,
  newHarness,
  protectionPolicy,
  queueArn,
  raw,
  protectionStatement as statement,
  subscribe,
  subscribeQueue,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;
let subscription: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
  subscription = await subscribeQueue(harness, arn, 'inbox', raw);
});

afterEach(() => harness.close());

const protect = (...statements: object[]) =>
  harness.call('PutDataProtectionPolicy', {
    ResourceArn: arn,
    DataProtectionPolicy: protectionPolicy(...statements),
  });
const publish = (Message: string, changes: object = {}, accessKeyId = 'test') =>
  harness.call('Publish', { TopicArn: arn, Message, ...changes }, { caller: { accessKeyId } });
const failure = (Message: string, changes: object = {}, accessKeyId = 'test') =>
  harness.failure('Publish', { TopicArn: arn, Message, ...changes }, { caller: { accessKeyId } });

const masks = { Deidentify: { MaskConfig: { MaskWithCharacter: '#' } } };
const redacts = { Deidentify: { RedactConfig: {} } };
const MAIL = 'write to jane@example.com now';
const MASKED = 'write to ################ now';

const prohibited = {
  code: 'AuthorizationErrorException',
  queryCode: 'AuthorizationError',
  status: 403,
  message:
    "The topic's data protection policy prohibits this message from being published to " +
    'arn:aws:sns:us-east-1:000000000000:orders',
};

describe('inbound Deny', () => {
  it('refuses messages with sensitive data, and no others', async () => {
    await protect(statement());
    expect(await failure(MAIL)).toEqual(prohibited);
    await publish('nothing to see');
    expect(await bodies(harness, 'inbox')).toEqual(['nothing to see']);
  });

  it('refuses single entries of a batch', async () => {
    await protect(statement());
    const answer = await harness.call('PublishBatch', {
      TopicArn: arn,
      PublishBatchRequestEntries: [
        { Id: 'a', Message: 'fine' },
        { Id: 'b', Message: MAIL },
      ],
    });
    expect(answer).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [
        { Id: 'b', Code: 'AuthorizationError', Message: prohibited.message, SenderFault: true },
      ],
    });
    expect(await bodies(harness, 'inbox')).toEqual(['fine']);
  });

  it.each([
    ['arn:aws:iam::000000000000:user/alice', true],
    ['arn:aws:iam::000000000000:user/bob', false],
    ['arn:aws:iam::000000000000:root', true],
    ['000000000000', true],
    ['111111111111', false],
    ['*', true],
  ])('for the principal %s concerns the user alice: %s', async (principal, concerns) => {
    await protect(statement({ Principal: [principal] }));
    if (concerns) expect(await failure(MAIL, {}, 'alice')).toEqual(prohibited);
    else expect(await publish(MAIL, {}, 'alice')).toMatchObject({ MessageId: expect.any(String) });
  });

  it('looks into the texts for each protocol, past the escapes of their JSON', async () => {
    await protect(statement({ DataIdentifier: [managed('Ssn-US')] }));
    const Message = JSON.stringify({ default: 'x', sqs: 'ssn:\n123-45-6789' });
    expect(await failure(Message, { MessageStructure: 'json' })).toEqual(prohibited);
  });

  it('ends with the policy', async () => {
    await protect(statement());
    await harness.call('PutDataProtectionPolicy', { ResourceArn: arn, DataProtectionPolicy: '' });
    await publish(MAIL);
    expect(await bodies(harness, 'inbox')).toEqual([MAIL]);
  });
});

describe('inbound Deidentify', () => {
  it('masks each character', async () => {
    await protect(statement({ Operation: masks }));
    await publish(MAIL);
    expect(await bodies(harness, 'inbox')).toEqual([MASKED]);
  });

  it('takes data out', async () => {
    await protect(statement({ Operation: redacts }));
    await publish(MAIL);
    expect(await bodies(harness, 'inbox')).toEqual(['write to  now']);
  });

  it('refuses a message of which nothing is left', async () => {
    await protect(statement({ Operation: redacts }));
    expect(await failure('jane@example.com')).toEqual(prohibited);
  });

  it('changes the texts for each protocol', async () => {
    await protect(statement({ Operation: masks }));
    const Message = JSON.stringify({ default: 'a@example.com', sqs: 'to "b@example.com"' });
    await publish(Message, { MessageStructure: 'json' });
    expect(await bodies(harness, 'inbox')).toEqual(['to "#############"']);
  });

  it('lets filter policies see what is left', async () => {
    await subscribeQueue(harness, arn, 'filtered', {
      ...raw,
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: '{"to":["#############"]}',
    });
    await protect(statement({ Operation: masks }));
    await publish('{"to":"b@example.com"}');
    expect(await bodies(harness, 'filtered')).toEqual(['{"to":"#############"}']);
  });

  it('masks what several statements find, one after the other', async () => {
    const star = { Deidentify: { MaskConfig: { MaskWithCharacter: '*' } } };
    const ssn = statement({ DataIdentifier: [managed('Ssn-US')], Operation: star });
    await protect(statement({ Operation: masks }), ssn);
    await publish('a@b.co ssn 123-45-6789');
    expect(await bodies(harness, 'inbox')).toEqual(['###### ssn ***********']);
  });

  it('masks what custom expressions find', async () => {
    const policy = {
      ...JSON.parse(
        protectionPolicy(statement({ DataIdentifier: ['EmployeeId'], Operation: masks })),
      ),
      Configuration: { CustomDataIdentifier: [{ Name: 'EmployeeId', Regex: 'EID-\\d{9}-US' }] },
    };
    const DataProtectionPolicy = JSON.stringify(policy);
    await harness.call('PutDataProtectionPolicy', { ResourceArn: arn, DataProtectionPolicy });
    await publish('I am EID-123456789-US, not EID-1-US');
    expect(await bodies(harness, 'inbox')).toEqual(['I am ################, not EID-1-US']);
  });

  it('leaves subject and attributes alone', async () => {
    await subscribeQueue(harness, arn, 'enveloped');
    await protect(statement({ Operation: masks }));
    const Value = 'jane@example.com';
    await publish(MAIL, {
      Subject: Value,
      MessageAttributes: { to: { DataType: 'String', StringValue: Value } },
    });
    const [envelope] = await bodies(harness, 'enveloped');
    expect(JSON.parse(envelope ?? '')).toMatchObject({
      Subject: Value,
      Message: MASKED,
      MessageAttributes: { to: { Value } },
    });
  });
});

describe('Audit', () => {
  const destination = { CloudWatchLogs: { LogGroup: '/aws/vendedlogs/findings' } };
  const nothing = { S3: { Bucket: 'nothing-found' } };
  const audits = (changes: object = {}) =>
    statement({
      DataIdentifier: [managed('EmailAddress'), managed('Ssn-US')],
      Operation: { Audit: { SampleRate: '99', FindingsDestination: destination, ...changes } },
    });

  /** Without the chance of one in a hundred that a message is left out. */
  beforeEach(() => {
    harness.env.randomBytes = (count) => new Uint8Array(count);
  });

  it('logs what it found, and lets the message pass', async () => {
    await protect(audits());
    const { MessageId } = await publish('a@b.co and c@d.co', {}, 'alice');
    expect(await readFindings(harness.store, arn, 10)).toEqual([
      {
        destination,
        finding: {
          messageId: MessageId,
          auditTimestamp: '2026-01-01T00:00:00Z',
          callerPrincipal: 'arn:aws:iam::000000000000:user/alice',
          resourceArn: arn,
          dataIdentifiers: [
            {
              name: 'EmailAddress',
              count: 2,
              detections: [
                { start: 0, end: 6 },
                { start: 11, end: 17 },
              ],
            },
          ],
        },
      },
    ]);
    expect(await bodies(harness, 'inbox')).toEqual(['a@b.co and c@d.co']);
    expect(counted(harness, 'MessagesWithFindings')).toBe(1);
    expect(counted(harness, 'MessagesWithNoFindings')).toBe(0);
  });

  it('logs that it found nothing, where a destination is named for that', async () => {
    await protect(audits());
    await publish('fine');
    expect(await readFindings(harness.store, arn, 10)).toEqual([]);
    await protect(audits({ NoFindingsDestination: nothing }));
    await publish('fine');
    expect(await readFindings(harness.store, arn, 10)).toMatchObject([
      { destination: nothing, finding: { dataIdentifiers: [] } },
    ]);
    expect(counted(harness, 'MessagesWithNoFindings')).toBe(1);
  });

  it('sees the message before it is masked', async () => {
    await protect(statement({ Operation: masks }), audits());
    await publish(MAIL);
    expect(await readFindings(harness.store, arn, 10)).toHaveLength(1);
    expect(await bodies(harness, 'inbox')).toEqual([MASKED]);
  });

  it('does not log what is not published', async () => {
    await protect(statement(), audits());
    await failure(MAIL);
    expect(await readFindings(harness.store, arn, 10)).toEqual([]);
  });

  it('looks at as many of a hundred messages as it is told', async () => {
    let next = 0;
    harness.env.randomBytes = (count) => {
      const bytes = new Uint8Array(count);
      new DataView(bytes.buffer).setUint32(0, Math.ceil((next++ / 100) * 2 ** 32));
      return bytes;
    };
    await protect(audits({ SampleRate: 30 }));
    for (let i = 0; i < 100; i++) await publish(MAIL);
    expect(await readFindings(harness.store, arn, 100)).toHaveLength(30);
    await protect(audits({ SampleRate: 0 }));
    await publish(MAIL);
    expect(await readFindings(harness.store, arn, 100)).toHaveLength(30);
  });

  it('shows the newest first, of one topic', async () => {
    await protect(audits());
    await publish('a@b.co 1');
    const { MessageId } = await publish('a@b.co 2');
    expect(await readFindings(harness.store, arn, 1)).toMatchObject([
      { finding: { messageId: MessageId } },
    ]);
    expect(await readFindings(harness.store, `${arn}2`, 10)).toEqual([]);
  });
});

describe('outbound Deny', () => {
  const denies = (changes: object = {}) => statement({ DataDirection: 'Outbound', ...changes });
  const prohibitedTo = (subscriptionArn: string) =>
    "The topic's data protection policy prohibits this message from being delivered to " +
    subscriptionArn;

  it('keeps the message from subscribers, and logs that', async () => {
    await protect(denies());
    const { MessageId } = await publish(MAIL);
    expect(await depth(harness, 'inbox')).toBe(0);
    expect(await readAttempts(harness.store, arn, 10)).toEqual([
      {
        notification: {
          messageMD5Sum: expect.stringMatching(/^[0-9a-f]{32}$/),
          messageId: MessageId,
          topicArn: arn,
          timestamp: '2026-01-01 00:00:00.000',
        },
        delivery: {
          deliveryId: expect.any(String),
          destination: queueArn('inbox'),
          providerResponse: prohibitedTo(subscription),
          dwellTimeMs: 0,
          attempts: 1,
          statusCode: 403,
        },
        status: 'FAILURE',
      },
    ]);
    expect(counted(harness, 'NumberOfNotificationsFailed')).toBe(1);
  });

  it('lets all other messages pass', async () => {
    await protect(denies());
    await publish('fine');
    expect(await bodies(harness, 'inbox')).toEqual(['fine']);
    expect(await readAttempts(harness.store, arn, 10)).toEqual([]);
  });

  it('concerns those who subscribed as the principal', async () => {
    const Endpoint = await createQueue(harness, 'of-alice');
    const input = { TopicArn: arn, Protocol: 'sqs', Endpoint, Attributes: raw };
    await harness.call('Subscribe', input, { caller: { accessKeyId: 'alice' } });
    await protect(denies({ Principal: ['arn:aws:iam::000000000000:user/alice'] }));
    await publish(MAIL);
    expect(await bodies(harness, 'inbox')).toEqual([MAIL]);
    expect(await depth(harness, 'of-alice')).toBe(0);
  });

  it('keeps the message from dead-letter queues too', async () => {
    await createQueue(harness, 'dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
    await subscribeQueue(harness, arn, 'second', { RedrivePolicy });
    await protect(denies());
    await publish(MAIL);
    expect(await depth(harness, 'second')).toBe(0);
    expect(await depth(harness, 'dead')).toBe(0);
  });

  it('keeps the message from what lies outside', async () => {
    await subscribe(harness, arn, 'sms', '+12065550100');
    await protect(denies());
    await publish(MAIL);
    expect(await deliveries(harness)).toEqual([]);
    await publish('fine');
    expect(await deliveries(harness)).toHaveLength(1);
  });

  it('looks at the text for the protocol', async () => {
    await protect(denies());
    await publish(JSON.stringify({ default: MAIL, sqs: 'fine' }), { MessageStructure: 'json' });
    expect(await bodies(harness, 'inbox')).toEqual(['fine']);
  });
});

describe('outbound Deidentify', () => {
  it('masks the message for those who subscribed as the principal', async () => {
    const Endpoint = await createQueue(harness, 'of-alice');
    const input = { TopicArn: arn, Protocol: 'sqs', Endpoint };
    await harness.call('Subscribe', input, { caller: { accessKeyId: 'alice' } });
    await subscribe(harness, arn, 'sms', '+12065550100');
    await protect(
      statement({
        DataDirection: 'Outbound',
        Principal: ['arn:aws:iam::000000000000:user/alice'],
        Operation: masks,
      }),
    );
    await publish(MAIL);
    expect(await bodies(harness, 'inbox')).toEqual([MAIL]);
    const [envelope] = await bodies(harness, 'of-alice');
    expect(JSON.parse(envelope ?? '')).toMatchObject({ Message: MASKED });
    expect(await deliveries(harness)).toMatchObject([{ target: { text: MAIL } }]);
  });

  it('masks what lies in dead-letter queues', async () => {
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: await createQueue(harness, 'dead'),
    });
    const endpoint = queueArn('absent');
    await subscribe(harness, arn, 'sqs', endpoint, { ...raw, RedrivePolicy });
    await protect(statement({ DataDirection: 'Outbound', Operation: masks }));
    await publish(MAIL);
    expect(await bodies(harness, 'dead')).toEqual([MASKED]);
  });
});
