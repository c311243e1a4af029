/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html */
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

describe('ListQueueTags serialization', () => {
  const codecs = new Codecs(sqs, 'ListQueueTags');

  it('reads the URL from JSON, from a form and from the path', () => {
    const input = { QueueUrl: '/000000000000/orders' };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    expect(codecs.fromForm('QueueUrl=%2F000000000000%2Forders')).toEqual(input);
    expect(codecs.fromForm('', '/000000000000/orders')).toEqual(input);
  });

  it('writes keys and values, or nothing', () => {
    const output = { Tags: { team: 'a', empty: '' } };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<ListQueueTagsResult><Tag><Key>team</Key><Value>a</Value></Tag>' +
        '<Tag><Key>empty</Key><Value/></Tag></ListQueueTagsResult>',
    );
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('<ListQueueTagsResult/>');
  });
});

describe('ListQueueTags validation', () => {
  it('asks for a queue that is there', async () => {
    expect(await harness.failure('ListQueueTags', {})).toEqual(missingParameter('QueueUrl'));
    const absent = { QueueUrl: url('absent') };
    expect(await harness.failure('ListQueueTags', absent)).toEqual(noSuchQueue);
  });
});

describe('ListQueueTags behaviour', () => {
  it('answers the tags of this queue alone', async () => {
    await createQueue(harness, 'bare');
    await harness.call('CreateQueue', { QueueName: 'orders', tags: { team: 'a' } });
    expect(await harness.call('ListQueueTags', { QueueUrl: url('bare') })).toEqual({});
    expect(await harness.call('ListQueueTags', { QueueUrl: url('orders') })).toEqual({
      Tags: { team: 'a' },
    });
  });
});
