/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import { createQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const list = (input: object = {}) => harness.call('ListQueues', input);

describe('ListQueues serialization', () => {
  const codecs = new Codecs(sqs, 'ListQueues');

  it('reads JSON and forms', () => {
    const input = { QueueNamePrefix: 'or', NextToken: 't', MaxResults: 5 };
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    expect(codecs.fromForm('QueueNamePrefix=or&NextToken=t&MaxResults=5')).toEqual(input);
    expect(() => codecs.fromJson({ MaxResults: 'five' })).toThrow(
      'STRING_VALUE can not be converted to an Integer',
    );
  });

  it('makes no sense on a queue', () => {
    expect(() => codecs.fromForm('', '/000000000000/a')).toThrow(
      'The action ListQueues is not valid for this endpoint.',
    );
  });

  it('writes URLs and a token, or nothing', () => {
    const output = { QueueUrls: ['a', 'b'], NextToken: 't' };
    expect(codecs.toJson(output)).toEqual(output);
    expect(codecs.toXml(output)).toBe(
      '<ListQueuesResult><QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl>' +
        '<NextToken>t</NextToken></ListQueuesResult>',
    );
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('<ListQueuesResult/>');
  });
});

describe('ListQueues validation', () => {
  it.each([0, -1, 1001])('refuses MaxResults %i', async (MaxResults) => {
    expect(await harness.failure('ListQueues', { MaxResults })).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        `Value ${MaxResults} for parameter MaxResults is invalid. ` +
        'Reason: Must be between 1 and 1000, if provided.',
    });
  });

  it('refuses a token that is not its own', async () => {
    expect(await harness.failure('ListQueues', { NextToken: 'x' })).toMatchObject({
      code: 'InvalidParameterValue',
    });
  });
});

describe('ListQueues behaviour', () => {
  it('answers nothing while there is no queue', async () => {
    expect(await list()).toEqual({});
  });

  it('lists the queues of the account and region by name', async () => {
    for (const name of ['b', 'a', 'Z']) await createQueue(harness, name);
    for (const caller of [{ accountId: '111111111111' }, { region: 'eu-west-1' }]) {
      await harness.call('CreateQueue', { QueueName: 'other' }, { caller });
    }
    expect(await list()).toEqual({ QueueUrls: ['Z', 'a', 'b'].map(url) });
  });

  it('lists the names that start with a prefix', async () => {
    for (const name of ['orders', 'orders-dead', 'Orders', 'bills'])
      await createQueue(harness, name);
    expect(await list({ QueueNamePrefix: 'orders' })).toEqual({
      QueueUrls: ['orders', 'orders-dead'].map(url),
    });
    expect(await list({ QueueNamePrefix: 'x' })).toEqual({});
  });

  it('pages through the names, each of them once', async () => {
    const names = Array.from({ length: 5 }, (_, i) => `q${i}`);
    for (const name of [...names, 'p', 'r']) await createQueue(harness, name);
    const pages: unknown[] = [];
    let page = await list({ QueueNamePrefix: 'q', MaxResults: 2 });
    for (;;) {
      pages.push(page.QueueUrls);
      if (page.NextToken === undefined) break;
      page = await list({ QueueNamePrefix: 'q', MaxResults: 2, NextToken: page.NextToken });
    }
    expect(pages).toEqual(
      [names.slice(0, 2), names.slice(2, 4), names.slice(4)].map((p) => p.map(url)),
    );
  });

  it('gives no token when nothing follows', async () => {
    for (const name of ['a', 'b']) await createQueue(harness, name);
    expect(await list({ MaxResults: 2 })).toEqual({ QueueUrls: ['a', 'b'].map(url) });
  });

  it('answers 1,000 queues and no token unless a page was asked for', async () => {
    for (let i = 0; i < 1001; i++) await createQueue(harness, `q${i}`);
    const all = await list();
    expect(all.QueueUrls).toHaveLength(1000);
    expect(all).not.toHaveProperty('NextToken');
    expect(await list({ MaxResults: 1000 })).toHaveProperty('NextToken');
  });
});
