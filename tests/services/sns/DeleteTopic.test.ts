/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  badTopicArns,
  bodies,
  createTopic,
  missing,
  newHarness,
  notFound,
  raw,
  subscribe,
  subscribeQueue,
  topicArn,
} from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const remove = (TopicArn: string) => harness.call('DeleteTopic', { TopicArn });

/** The keys of all documents. */
const keys = (): Promise<string[]> =>
  harness.store.transact(async (tx) =>
    (await tx.documents.list('sns/', { limit: 10_000 })).map(({ key }) => key),
  );

describe('DeleteTopic serialization', () => {
  const codecs = new Codecs(sns, 'DeleteTopic');

  it('reads forms', () => {
    expect(codecs.fromForm('TopicArn=arn')).toEqual({ TopicArn: 'arn' });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('DeleteTopic validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('DeleteTopic', {})).toEqual(missing('topicArn'));
  });

  it.each(badTopicArns.slice(0, -1))('refuses the ARN %j', async (TopicArn, error) => {
    expect(await harness.failure('DeleteTopic', { TopicArn })).toEqual(error);
  });

  it('refuses a topic with an archive', async () => {
    const ArchivePolicy = '{"MessageRetentionPeriod":"1"}';
    const TopicArn = await createTopic(harness, 'orders.fifo', { ArchivePolicy });
    expect(await harness.failure('DeleteTopic', { TopicArn })).toEqual({
      code: 'InvalidStateException',
      queryCode: 'InvalidState',
      status: 400,
      message: 'Invalid state: Cannot delete a topic with an ArchivePolicy',
    });
  });
});

describe('DeleteTopic behaviour', () => {
  it('deletes a topic', async () => {
    const arn = await createTopic(harness, 'orders');
    expect(await remove(arn)).toEqual({});
    expect(await harness.failure('GetTopicAttributes', { TopicArn: arn })).toEqual(
      notFound('Topic does not exist'),
    );
  });

  it('answers the same for a topic that is not there', async () => {
    expect(await remove(topicArn('absent'))).toEqual({});
  });

  it('leaves nothing of the topic behind', async () => {
    const arn = await createTopic(harness, 'orders.fifo', { ContentBasedDeduplication: 'true' });
    const before = await keys();
    for (let i = 0; i < 90; i++) {
      await subscribe(harness, arn, 'sqs', `arn:aws:sqs:us-east-1:000000000000:q${i}`);
    }
    for (let i = 0; i < 9; i++) {
      await subscribe(harness, arn, 'sqs', `arn:aws:sqs:us-east-1:111111111111:q${i}`);
    }
    await harness.call('Publish', { TopicArn: arn, Message: 'm', MessageGroupId: 'g' });
    await remove(arn);
    await harness.scheduler.runDue();
    await harness.advance(3 * 24 * 60 * 60 * 1000);
    const kept = /^sns\/(signing-key|pending-count)/;
    const left = (await keys()).filter((key) => !kept.test(key));
    expect(left).toEqual([]);
    expect(before).toEqual([expect.stringContaining('sns/topic/')]);
    expect(harness.taskErrors).toEqual([]);
  });

  it('hides its subscriptions at once, from a topic of the same name too', async () => {
    const arn = await createTopic(harness, 'orders');
    const subscription = await subscribeQueue(harness, arn, 'q', raw);
    await harness.scheduler.stop(); // so that their removal does not run meanwhile
    await remove(arn);
    await createTopic(harness, 'orders');
    expect(await harness.call('ListSubscriptions', {})).toEqual({ Subscriptions: [] });
    expect(await harness.call('ListSubscriptionsByTopic', { TopicArn: arn })).toEqual({
      Subscriptions: [],
    });
    expect(
      await harness.failure('GetSubscriptionAttributes', { SubscriptionArn: subscription }),
    ).toEqual(notFound('Subscription does not exist'));
    await harness.call('Publish', { TopicArn: arn, Message: 'm' });
    expect(await bodies(harness, 'q')).toEqual([]);
  });

  it('does not remove the subscriptions of a topic made anew', async () => {
    const arn = await createTopic(harness, 'orders');
    await subscribeQueue(harness, arn, 'q', raw);
    await harness.scheduler.stop();
    await remove(arn);
    await createTopic(harness, 'orders');
    const anew = await subscribe(harness, arn, 'sqs', 'arn:aws:sqs:us-east-1:000000000000:q', raw);
    harness.scheduler.start();
    await harness.scheduler.runDue();
    expect(await attributesOf(harness, anew)).toMatchObject({ SubscriptionArn: anew });
    await subscribe(harness, arn, 'sqs', 'arn:aws:sqs:us-east-1:000000000000:q', raw);
    await harness.call('Publish', { TopicArn: arn, Message: 'm' });
    expect(await bodies(harness, 'q')).toEqual(['m']);
  });
});
