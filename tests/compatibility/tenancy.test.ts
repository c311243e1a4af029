/** Accounts and regions: a queue belongs to one of each, and no other sees it by its name. */
import type { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { awsCli, runAws, titled } from './programs.ts';
import { drain, sdkClient } from './sdk-client.ts';

const start = serverStarter(afterAll);
let endpoint: string;

/** By account and region; the last has an access key that is no account id. */
const tenants = [
  { accountId: '111111111111', region: 'us-east-1', accessKeyId: '111111111111' },
  { accountId: '111111111111', region: 'eu-west-1', accessKeyId: '111111111111' },
  { accountId: '222222222222', region: 'us-east-1', accessKeyId: '222222222222' },
  { accountId: '000000000000', region: 'us-east-1', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
];

const clientOf = ({ accessKeyId, region }: { accessKeyId: string; region: string }): SQS =>
  sdkClient(endpoint, { accessKeyId, region });

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
});

describe('queues of one name', () => {
  beforeAll(async () => {
    for (const tenant of tenants) {
      await clientOf(tenant).createQueue({
        QueueName: 'orders',
        tags: { tenant: `${tenant.accountId} ${tenant.region}` },
      });
      await clientOf(tenant).createQueue({ QueueName: `only-${tenant.accountId}` });
    }
  });

  it.each(tenants)('stand apart for $accountId in $region', async (tenant) => {
    const { accountId, region } = tenant;
    const sqs = clientOf(tenant);
    const QueueUrl = `${endpoint}/${accountId}/orders`;
    expect((await sqs.getQueueUrl({ QueueName: 'orders' })).QueueUrl).toBe(QueueUrl);
    const { Attributes } = await sqs.getQueueAttributes({
      QueueUrl,
      AttributeNames: ['QueueArn'],
    });
    expect(Attributes).toEqual({ QueueArn: `arn:aws:sqs:${region}:${accountId}:orders` });
    const { Tags } = await sqs.listQueueTags({ QueueUrl });
    expect(Tags).toEqual({ tenant: `${accountId} ${region}` });
    expect((await sqs.listQueues({})).QueueUrls?.toSorted()).toEqual([
      `${endpoint}/${accountId}/only-${accountId}`,
      QueueUrl,
    ]);
  });

  it('hold messages of their own', async () => {
    for (const tenant of tenants) {
      const { accountId, region } = tenant;
      const QueueUrl = `${endpoint}/${accountId}/orders`;
      await clientOf(tenant).sendMessage({ QueueUrl, MessageBody: `${accountId} ${region}` });
    }
    for (const tenant of tenants) {
      const { accountId, region } = tenant;
      const bodies = await drain(clientOf(tenant), `${endpoint}/${accountId}/orders`);
      expect(bodies).toEqual([`${accountId} ${region}`]);
    }
  });

  it('are deleted one by one', async () => {
    for (const tenant of tenants) {
      await clientOf(tenant).createQueue({ QueueName: 'passing' });
    }
    const [deleted, ...others] = tenants.map(clientOf);
    await deleted?.deleteQueue({ QueueUrl: 'passing' });
    await expect(deleted?.getQueueUrl({ QueueName: 'passing' })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    for (const other of others) {
      expect(await other.getQueueUrl({ QueueName: 'passing' })).toHaveProperty('QueueUrl');
    }
  });
});

describe('a queue of somebody else', () => {
  const owner = { accessKeyId: '333333333333', region: 'us-east-1' };

  beforeAll(async () => {
    await clientOf(owner).createQueue({ QueueName: 'owned' });
  });

  it('is not found by name', async () => {
    const stranger = sdkClient(endpoint, { accessKeyId: '444444444444' });
    await expect(stranger.getQueueUrl({ QueueName: 'owned' })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    await expect(
      stranger.sendMessage({ QueueUrl: 'owned', MessageBody: 'x' }),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    expect((await stranger.listQueues({})).QueueUrls).toBeUndefined();
  });

  it('is found by name and owner', async () => {
    const partner = sdkClient(endpoint, { accessKeyId: '444444444444' });
    const { QueueUrl = '' } = await partner.getQueueUrl({
      QueueName: 'owned',
      QueueOwnerAWSAccountId: '333333333333',
    });
    expect(QueueUrl).toBe(`${endpoint}/333333333333/owned`);
    await partner.sendMessage({ QueueUrl, MessageBody: 'from a partner' });
    expect(await drain(clientOf(owner), QueueUrl)).toEqual(['from a partner']);
  });

  it('is not found from another region, by its URL neither', async () => {
    const abroad = clientOf({ ...owner, region: 'ap-southeast-2' });
    await expect(abroad.getQueueUrl({ QueueName: 'owned' })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const QueueUrl = `${endpoint}/333333333333/owned`;
    await expect(abroad.receiveMessage({ QueueUrl })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });

  it('takes no dead letters of another account or region', async () => {
    const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:333333333333:owned';
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    for (const elsewhere of [
      sdkClient(endpoint, { accessKeyId: '444444444444' }),
      clientOf({ ...owner, region: 'ap-southeast-2' }),
    ]) {
      await expect(
        elsewhere.createQueue({ QueueName: 'source', Attributes: { RedrivePolicy } }),
      ).rejects.toMatchObject({ Code: 'InvalidParameterValue' });
    }
  });
});

it.skipIf(awsCli.missing)(titled('the AWS CLI is its key and region', awsCli), async () => {
  const options = { accessKeyId: '555555555555', region: 'sa-east-1' };
  const words = ['sqs', 'create-queue', '--queue-name', 'cli', '--output', 'text'];
  const { stdout } = await runAws(endpoint, words, options);
  expect(stdout).toBe(`${endpoint}/555555555555/cli\n`);
  const { Attributes } = await clientOf(options).getQueueAttributes({
    QueueUrl: 'cli',
    AttributeNames: ['QueueArn'],
  });
  expect(Attributes).toEqual({ QueueArn: 'arn:aws:sqs:sa-east-1:555555555555:cli' });
});
