/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttempts } from '../../../src/delivery/attempt-log.ts';
import { readFindings } from '../../../src/services/sns/audit-log.ts';
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
  protectionPolicy,
  protectionStatement,
  queueArn,
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

  describe('of a topic with logs', () => {
    const findingsOf = (arn: string) => readFindings(harness.store, arn, 1_000);
    const attemptsOf = (arn: string) => readAttempts(harness.store, arn, 1_000);

    /** A topic that fails to reach a queue with each message, and finds an address in it. */
    async function createLogged(): Promise<string> {
      const arn = await createTopic(harness, 'orders');
      const Operation = { Audit: { SampleRate: '99', FindingsDestination: findings } };
      const DataProtectionPolicy = protectionPolicy(protectionStatement({ Operation }));
      await harness.call('PutDataProtectionPolicy', { ResourceArn: arn, DataProtectionPolicy });
      await subscribe(harness, arn, 'sqs', queueArn('absent'));
      return arn;
    }
    const findings = { CloudWatchLogs: { LogGroup: '/aws/vendedlogs/audits' } };
    const publish = async (TopicArn: string, times: number) => {
      for (let i = 0; i < times; i++) {
        await harness.call('Publish', { TopicArn, Message: 'a@example.com' });
      }
    };
    /** Does one round of what is due. */
    const tick = () => harness.scheduler.tick();

    it('removes them with it, in steps', async () => {
      const arn = await createLogged();
      await publish(arn, 700);
      expect(await attemptsOf(arn)).toHaveLength(700);
      expect((await findingsOf(arn)).length).toBeGreaterThan(600);
      await harness.scheduler.stop();
      await remove(arn);
      await tick();
      const left = await attemptsOf(arn);
      expect(left).toHaveLength(200);
      await tick();
      expect(await attemptsOf(arn)).toEqual([]);
      expect(await findingsOf(arn)).toEqual([]);
      expect(await harness.store.transact((tx) => tx.timers.nextDueAtMs())).toBeUndefined();
    });

    it('leaves those of a topic that was made anew', async () => {
      const arn = await createLogged();
      await publish(arn, 3);
      await harness.scheduler.stop();
      await remove(arn);
      await createLogged();
      await publish(arn, 2);
      expect(await attemptsOf(arn)).toHaveLength(5);
      await tick();
      expect(await attemptsOf(arn)).toHaveLength(2);
    });

    it('leaves those of another topic', async () => {
      const arn = await createLogged();
      const other = await createTopic(harness, 'order');
      await subscribe(harness, other, 'sqs', queueArn('absent'));
      await publish(other, 1);
      await remove(arn);
      await harness.scheduler.runDue();
      expect(await attemptsOf(other)).toHaveLength(1);
    });
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
