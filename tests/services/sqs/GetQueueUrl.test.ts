/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import { createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

describe('GetQueueUrl serialization', () => {
  const codecs = new Codecs(sqs, 'GetQueueUrl');

  it('reads JSON and forms', () => {
    const input = { QueueName: 'orders', QueueOwnerAWSAccountId: '111111111111' };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    expect(codecs.fromForm('QueueName=orders&QueueOwnerAWSAccountId=111111111111')).toEqual(input);
  });

  it('writes the URL', () => {
    const output = { QueueUrl: url('orders') };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      `<GetQueueUrlResult><QueueUrl>${url('orders')}</QueueUrl></GetQueueUrlResult>`,
    );
  });
});

describe('GetQueueUrl validation', () => {
  it('asks for a name', async () => {
    expect(await harness.failure('GetQueueUrl', {})).toEqual(missingParameter('QueueName'));
  });

  it.each(['absent', 'Orders', '', 'orders/x'])('finds no queue %j', async (QueueName) => {
    await createQueue(harness, 'orders');
    expect(await harness.failure('GetQueueUrl', { QueueName })).toEqual(noSuchQueue);
  });
});

describe('GetQueueUrl behaviour', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('answers the URL at the address by which the caller came', async () => {
    const caller = { endpoint: 'https://queues.example:8443' };
    expect(await harness.call('GetQueueUrl', { QueueName: 'orders' }, { caller })).toEqual({
      QueueUrl: 'https://queues.example:8443/000000000000/orders',
    });
  });

  it('finds the queue of another account by its owner', async () => {
    const caller = { accountId: '111111111111' };
    const input = { QueueName: 'orders' };
    expect(await harness.failure('GetQueueUrl', input, { caller })).toEqual(noSuchQueue);
    const owned = { ...input, QueueOwnerAWSAccountId: '000000000000' };
    expect(await harness.call('GetQueueUrl', owned, { caller })).toEqual({
      QueueUrl: url('orders'),
    });
  });

  it('does not look into other regions', async () => {
    const caller = { region: 'eu-west-1' };
    expect(await harness.failure('GetQueueUrl', { QueueName: 'orders' }, { caller })).toEqual(
      noSuchQueue,
    );
  });
});
