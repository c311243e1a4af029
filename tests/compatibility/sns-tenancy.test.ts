/** Accounts and regions: what a topic of one is to the others. */
import type { SNS } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { awsCli, runAws, titled } from './programs.ts';
import { drain, sdkClient } from './sdk-client.ts';
import { drainEnvelopes, drainMessages, snsClient, visit } from './sns-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;

/** By account and region; the last has an access key that is no account id. */
const tenants = [
  { accountId: '111111111111', region: 'us-east-1', accessKeyId: '111111111111' },
  { accountId: '111111111111', region: 'eu-west-1', accessKeyId: '111111111111' },
  { accountId: '222222222222', region: 'us-east-1', accessKeyId: '222222222222' },
  { accountId: '000000000000', region: 'us-east-1', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
];

interface Tenant {
  readonly accessKeyId: string;
  readonly region: string;
}

const snsOf = ({ accessKeyId, region }: Tenant): SNS =>
  snsClient(endpoint, { accessKeyId, region });
const sqsOf = ({ accessKeyId, region }: Tenant) => sdkClient(endpoint, { accessKeyId, region });

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock', '--store', 'memory'] }).ready();
});

describe('topics of one name', () => {
  beforeAll(async () => {
    for (const tenant of tenants) {
      await snsOf(tenant).createTopic({ Name: 'orders' });
      await sqsOf(tenant).createQueue({ QueueName: 'orders' });
    }
  });

  it.each(tenants)('stand apart for $accountId in $region', async (tenant) => {
    const { accountId, region } = tenant;
    const sns = snsOf(tenant);
    const TopicArn = `arn:aws:sns:${region}:${accountId}:orders`;
    expect((await sns.listTopics({})).Topics).toEqual([{ TopicArn }]);
    await sns.subscribe({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:${region}:${accountId}:orders`,
    });
    expect((await sns.listSubscriptions({})).Subscriptions).toMatchObject([
      { TopicArn, Owner: accountId },
    ]);
    await sns.publish({ TopicArn, Message: `${accountId} ${region}` });
    const { QueueUrl = '' } = await sqsOf(tenant).getQueueUrl({ QueueName: 'orders' });
    expect(await drainMessages(sqsOf(tenant), QueueUrl)).toEqual([`${accountId} ${region}`]);
  });
});

const owner = { accessKeyId: '333333333333', region: 'us-east-1' };
const stranger = { accessKeyId: '444444444444', region: 'us-east-1' };
const abroad = { ...owner, region: 'ap-southeast-2' };

async function newQueue(tenant: Tenant, QueueName: string) {
  const { QueueUrl = '' } = await sqsOf(tenant).createQueue({ QueueName });
  return { QueueUrl, Endpoint: `arn:aws:sqs:${tenant.region}:${tenant.accessKeyId}:${QueueName}` };
}

describe('a topic of another account', () => {
  let TopicArn: string;

  beforeAll(async () => {
    TopicArn = (await snsOf(owner).createTopic({ Name: 'shared' })).TopicArn ?? '';
  });

  it('is in no listing of ours', async () => {
    expect((await snsOf(stranger).listTopics({})).Topics).toEqual([]);
  });

  it('takes our queue without asking, for it is we who subscribe it', async () => {
    const { QueueUrl, Endpoint } = await newQueue(stranger, 'own');
    const { SubscriptionArn } = await snsOf(stranger).subscribe({
      TopicArn,
      Protocol: 'sqs',
      Endpoint,
    });
    await snsOf(owner).publish({ TopicArn, Message: 'to a partner' });
    expect(await drainMessages(sqsOf(stranger), QueueUrl)).toEqual(['to a partner']);
    expect((await snsOf(stranger).listSubscriptions({})).Subscriptions).toMatchObject([
      { SubscriptionArn, Owner: '444444444444' },
    ]);
    expect((await snsOf(owner).listSubscriptions({})).Subscriptions).toEqual([]);
    expect((await snsOf(owner).listSubscriptionsByTopic({ TopicArn })).Subscriptions).toMatchObject(
      [{ SubscriptionArn }],
    );
  });

  it('asks our queue when it is its owner who subscribes it', async () => {
    const { QueueUrl, Endpoint } = await newQueue(stranger, 'asked');
    const subscribed = await snsOf(owner).subscribe({ TopicArn, Protocol: 'sqs', Endpoint });
    expect(subscribed.SubscriptionArn).toBe('pending confirmation');
    await snsOf(owner).publish({ TopicArn, Message: 'too early' });
    const [asked, ...others] = await drainEnvelopes(sqsOf(stranger), QueueUrl);
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn });
    await visit(asked?.SubscribeURL ?? '');
    await snsOf(owner).publish({ TopicArn, Message: 'in time' });
    expect(await drainMessages(sqsOf(stranger), QueueUrl)).toEqual(['in time']);
  });
});

describe('a topic of another region', () => {
  let TopicArn: string;

  beforeAll(async () => {
    TopicArn = (await snsOf(owner).createTopic({ Name: 'regional' })).TopicArn ?? '';
  });

  it('is in no listing, and out of reach', async () => {
    const sns = snsOf(abroad);
    expect((await sns.listTopics({})).Topics).toEqual([]);
    for (const call of [
      () => sns.publish({ TopicArn, Message: 'x' }),
      () => sns.getTopicAttributes({ TopicArn }),
      () => sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'zoe@example.test' }),
      () => sns.deleteTopic({ TopicArn }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: 'Invalid parameter: TopicArn',
      });
    }
  });

  it('sends to queues of all regions', async () => {
    const { QueueUrl, Endpoint } = await newQueue(abroad, 'far-away');
    const Attributes = { RawMessageDelivery: 'true' };
    await snsOf(owner).subscribe({ TopicArn, Protocol: 'sqs', Endpoint, Attributes });
    await snsOf(owner).publish({ TopicArn, Message: 'across the sea' });
    expect(await drain(sqsOf(abroad), QueueUrl)).toEqual(['across the sea']);
  });
});

it.skipIf(awsCli.missing)(titled('the AWS CLI is its key and region', awsCli), async () => {
  const options = { accessKeyId: '555555555555', region: 'sa-east-1' };
  const words = ['sns', 'create-topic', '--name', 'cli', '--output', 'text'];
  const { stdout } = await runAws(endpoint, words, options);
  expect(stdout).toBe('arn:aws:sns:sa-east-1:555555555555:cli\n');
});
