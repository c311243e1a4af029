/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import { arn, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const sources = (input: object = {}) =>
  harness.call('ListDeadLetterSourceQueues', { QueueUrl: url('dead'), ...input });

const redriveTo = (target: string, maxReceiveCount = 1) =>
  JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount });

const set = (name: string, RedrivePolicy: string) =>
  harness.call('SetQueueAttributes', { QueueUrl: url(name), Attributes: { RedrivePolicy } });

describe('ListDeadLetterSourceQueues serialization', () => {
  const codecs = new Codecs(sqs, 'ListDeadLetterSourceQueues');

  it('reads JSON and forms', () => {
    const input = { QueueUrl: '/000000000000/dead', NextToken: 't', MaxResults: 5 };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    expect(codecs.fromForm('NextToken=t&MaxResults=5', '/000000000000/dead')).toEqual(input);
  });

  it('writes the member with a small letter in JSON alone', () => {
    const output = { queueUrls: ['a', 'b'], NextToken: 't' };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<ListDeadLetterSourceQueuesResult><QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl>' +
        '<NextToken>t</NextToken></ListDeadLetterSourceQueuesResult>',
    );
  });
});

describe('ListDeadLetterSourceQueues validation', () => {
  it('asks for a queue that is there', async () => {
    const call = (input: object) => harness.failure('ListDeadLetterSourceQueues', input);
    expect(await call({})).toEqual(missingParameter('QueueUrl'));
    expect(await call({ QueueUrl: url('absent') })).toEqual(noSuchQueue);
  });

  it.each([0, 1001])('refuses MaxResults %i', async (MaxResults) => {
    await createQueue(harness, 'dead');
    const input = { QueueUrl: url('dead'), MaxResults };
    expect(await harness.failure('ListDeadLetterSourceQueues', input)).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        `Value ${MaxResults} for parameter MaxResults is invalid. ` +
        'Reason: Must be between 1 and 1000, if provided.',
    });
  });
});

describe('ListDeadLetterSourceQueues behaviour', () => {
  beforeEach(async () => {
    await createQueue(harness, 'dead');
    await createQueue(harness, 'dead-2');
  });

  it('answers an empty list for a queue that is nobody’s dead-letter queue', async () => {
    expect(await sources()).toEqual({ queueUrls: [] });
  });

  it('follows the redrive policies of the sources', async () => {
    await createQueue(harness, 'b', { RedrivePolicy: redriveTo('dead') });
    await createQueue(harness, 'a');
    await createQueue(harness, 'c', { RedrivePolicy: redriveTo('dead-2') });
    await set('a', redriveTo('dead'));
    expect(await sources()).toEqual({ queueUrls: ['a', 'b'].map(url) });
    await set('b', redriveTo('dead', 5));
    await set('a', redriveTo('dead-2'));
    expect(await sources()).toEqual({ queueUrls: [url('b')] });
    await set('b', '');
    expect(await sources()).toEqual({ queueUrls: [] });
  });

  it('pages', async () => {
    for (const name of ['a', 'b', 'c']) {
      await createQueue(harness, name, { RedrivePolicy: redriveTo('dead') });
    }
    const first = await sources({ MaxResults: 2 });
    expect(first.queueUrls).toEqual(['a', 'b'].map(url));
    expect(await sources({ MaxResults: 2, NextToken: first.NextToken })).toEqual({
      queueUrls: [url('c')],
    });
  });
});
