/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import { attributesOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const add = (Label: string) =>
  harness.call('AddPermission', {
    QueueUrl: url('orders'),
    Label,
    AWSAccountIds: ['111111111111'],
    Actions: ['SendMessage'],
  });

const input = (Label: string) => ({ QueueUrl: url('orders'), Label });

describe('RemovePermission serialization', () => {
  const codecs = new Codecs(sqs, 'RemovePermission');

  it('reads JSON and forms', () => {
    const expected = { QueueUrl: '/000000000000/orders', Label: 'send' };
    expect(codecs.fromJson({ ...expected, Colour: 'red' })).toEqual(expected);
    expect(codecs.fromForm('Label=send', '/000000000000/orders')).toEqual(expected);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('RemovePermission validation', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('asks for a queue that is there and for a label', async () => {
    const call = (request: object) => harness.failure('RemovePermission', request);
    expect(await call({ Label: 'a' })).toEqual(missingParameter('QueueUrl'));
    expect(await call({ QueueUrl: url('orders') })).toEqual(missingParameter('Label'));
    expect(await call({ QueueUrl: url('absent'), Label: 'a' })).toEqual(noSuchQueue);
  });

  it('refuses a label that is not there', async () => {
    const refusal = {
      code: 'InvalidParameterValue',
      message:
        "Value other for parameter Label is invalid. Reason: can't find label on existing policy.",
    };
    expect(await harness.failure('RemovePermission', input('other'))).toMatchObject(refusal);
    await add('send');
    expect(await harness.failure('RemovePermission', input('other'))).toMatchObject(refusal);
  });
});

describe('RemovePermission behaviour', () => {
  it('removes the statement, and with the last one the policy', async () => {
    await createQueue(harness, 'orders');
    await add('first');
    await add('second');
    expect(await harness.call('RemovePermission', input('first'))).toEqual({});
    const { Policy = '' } = await attributesOf(harness, 'orders');
    expect(JSON.parse(Policy).Statement).toMatchObject([{ Sid: 'second' }]);
    await harness.call('RemovePermission', input('second'));
    expect(await attributesOf(harness, 'orders')).not.toHaveProperty('Policy');
  });
});
