/**
 * SNS's only protocol as programs without an SDK speak it: forms posted to `/`, and links to open.
 * The AWS SDK's XML parser reads the answers.
 * https://docs.aws.amazon.com/sns/latest/api/CommonParameters.html
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { type Parameters, type QueryAnswer, readAnswer, resultIn, UUID } from './query-answer.ts';
import { advanceSeconds } from './sdk-client.ts';
import { topicArn } from './sns-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;
let topicCount = 0;
/** A topic of its own for each test; the server is shared. */
let TopicArn: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock', '--store', 'memory'] }).ready();
});

beforeEach(async () => {
  const Name = `t${++topicCount}`;
  await result({ Action: 'CreateTopic', Name });
  TopicArn = topicArn(Name);
});

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

const encoded = (parameters: Parameters): string =>
  new URLSearchParams({ Version: '2010-03-31', ...parameters }).toString();

/** Signed as SDKs do; who signed is read, not checked. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request, ' +
  'SignedHeaders=content-type;host;x-amz-date, Signature=00ff';

async function post(parameters: Parameters): Promise<QueryAnswer> {
  const answer = await fetch(`${endpoint}/`, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
    body: encoded(parameters),
  });
  return readAnswer(answer);
}

/** A signed GET, as old programs send it. */
const get = async (parameters: Parameters): Promise<QueryAnswer> =>
  readAnswer(await fetch(`${endpoint}/?${encoded(parameters)}`, { headers: { authorization } }));

/** As people and programs open links: without signature and version. */
const open = async (query: string): Promise<QueryAnswer> =>
  readAnswer(await fetch(`${endpoint}/${query}`));

const resultOf = (action: string, answer: QueryAnswer): unknown =>
  resultIn(NAMESPACE, action, answer);

const result = async (parameters: Parameters): Promise<unknown> =>
  resultOf(parameters.Action ?? '', await post(parameters));

describe('a form', () => {
  it('carries attributes and tags in numbered parameters', async () => {
    const Name = `with-everything-${topicCount}`;
    const created = await result({
      Action: 'CreateTopic',
      Name,
      'Attributes.entry.1.key': 'DisplayName',
      'Attributes.entry.1.value': 'coffee + tea = 2',
      'Attributes.entry.2.key': 'SignatureVersion',
      'Attributes.entry.2.value': '2',
      'Tags.member.1.Key': 'Team',
      'Tags.member.1.Value': 'coffee + tea',
    });
    expect(created).toEqual({ TopicArn: topicArn(Name) });
    const { Attributes } = (await result({
      Action: 'GetTopicAttributes',
      TopicArn: topicArn(Name),
    })) as { Attributes: { entry: object[] } };
    expect(Attributes.entry).toEqual(
      expect.arrayContaining([
        { key: 'DisplayName', value: 'coffee + tea = 2' },
        { key: 'SignatureVersion', value: '2' },
        { key: 'Owner', value: '000000000000' },
      ]),
    );
    expect(await result({ Action: 'ListTagsForResource', ResourceArn: topicArn(Name) })).toEqual({
      Tags: { member: { Key: 'Team', Value: 'coffee + tea' } },
    });
  });

  it('carries message attributes, which filter policies see', async () => {
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:absent';
    const { SubscriptionArn } = (await result({
      Action: 'Subscribe',
      TopicArn,
      Protocol: 'sqs',
      Endpoint,
      'Attributes.entry.1.key': 'FilterPolicy',
      'Attributes.entry.1.value': '{"size":["large"]}',
    })) as { SubscriptionArn: string };
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:`));
    const published = await result({
      Action: 'Publish',
      TopicArn,
      Message: ' <Latte> & more \r\n',
      'MessageAttributes.entry.1.Name': 'size',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'large',
      'MessageAttributes.entry.2.Name': 'picture',
      'MessageAttributes.entry.2.Value.DataType': 'Binary',
      'MessageAttributes.entry.2.Value.BinaryValue': 'AP8=',
    });
    expect(published).toEqual({ MessageId: expect.stringMatching(UUID) });
  });

  it('carries a batch', async () => {
    const entry = 'PublishBatchRequestEntries.member';
    const outcome = await result({
      Action: 'PublishBatch',
      TopicArn,
      [`${entry}.1.Id`]: 'one',
      [`${entry}.1.Message`]: '1',
      [`${entry}.2.Id`]: 'two',
      [`${entry}.2.Message`]: '2',
    });
    expect(outcome).toEqual({
      Successful: {
        member: [
          { Id: 'one', MessageId: expect.stringMatching(UUID) },
          { Id: 'two', MessageId: expect.stringMatching(UUID) },
        ],
      },
      Failed: '',
    });
  });

  it('gets no result element from what has no result', async () => {
    const { SubscriptionArn } = (await result({
      Action: 'Subscribe',
      TopicArn,
      Protocol: 'sqs',
      Endpoint: 'arn:aws:sqs:us-east-1:000000000000:q',
    })) as { SubscriptionArn: string };
    for (const parameters of [
      {
        Action: 'SetTopicAttributes',
        TopicArn,
        AttributeName: 'DisplayName',
        AttributeValue: 'x',
      },
      {
        Action: 'SetSubscriptionAttributes',
        SubscriptionArn,
        AttributeName: 'RawMessageDelivery',
        AttributeValue: 'true',
      },
      {
        Action: 'AddPermission',
        TopicArn,
        Label: 'l',
        'AWSAccountId.member.1': '111122223333',
        'ActionName.member.1': 'Publish',
      },
      { Action: 'RemovePermission', TopicArn, Label: 'l' },
      { Action: 'Unsubscribe', SubscriptionArn },
      { Action: 'DeleteTopic', TopicArn },
    ]) {
      expect(await result(parameters), parameters.Action).toBeUndefined();
    }
  });

  it('gets an empty result element from tagging', async () => {
    const tag = { 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' };
    expect(await result({ Action: 'TagResource', ResourceArn: TopicArn, ...tag })).toBe('');
    const untag = { ResourceArn: TopicArn, 'TagKeys.member.1': 'a' };
    expect(await result({ Action: 'UntagResource', ...untag })).toBe('');
  });
});

describe('a GET', () => {
  it('does what a form does', async () => {
    const answer = await get({ Action: 'Publish', TopicArn, Message: 'by GET ☕' });
    expect(resultOf('Publish', answer)).toEqual({ MessageId: expect.stringMatching(UUID) });
    expect(resultOf('ListTopics', await get({ Action: 'ListTopics' }))).toMatchObject({
      Topics: { member: expect.arrayContaining([{ TopicArn }]) },
    });
  });
});

describe('a link without signature', () => {
  it('confirms a subscription, and ends it', async () => {
    const Endpoint = `link-${topicCount}@example.test`;
    await result({ Action: 'Subscribe', TopicArn, Protocol: 'email', Endpoint });
    await advanceSeconds(endpoint, 0);
    const inbox = await fetch(`${endpoint}/_waystation/inbox?to=${Endpoint}`);
    const { items } = (await inbox.json()) as { items: { links: string[] }[] };
    const link = new URL(items[0]?.links[0] ?? '');
    const confirmed = await open(link.search);
    const { SubscriptionArn } = resultOf('ConfirmSubscription', confirmed) as {
      SubscriptionArn: string;
    };
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:`));
    const ended = await open(`?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`);
    expect(resultOf('Unsubscribe', ended)).toBeUndefined();
    const left = await result({ Action: 'ListSubscriptionsByTopic', TopicArn });
    expect(left).toEqual({ Subscriptions: '' });
  });
});

describe('a refusal', () => {
  it.each([
    ['InvalidAction', 400, { Action: 'NoSuchAction' }],
    ['NotFound', 404, { Action: 'GetTopicAttributes', TopicArn: topicArn('absent') }],
    ['InvalidParameter', 400, { Action: 'CreateTopic', Name: 'no spaces' }],
    ['ValidationError', 400, { Action: 'CreateTopic' }],
  ] as const)('has the code %s and the status %d', async (Code, status, parameters) => {
    const { requestId, ...answer } = await post(parameters);
    expect(answer).toMatchObject({ status, contentType: 'text/xml' });
    expect(answer.document).toEqual({
      ErrorResponse: {
        xmlns: NAMESPACE,
        Error: { Type: 'Sender', Code, Message: expect.any(String) },
        RequestId: requestId,
      },
    });
  });
});
