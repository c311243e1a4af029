/** The audiences that stay in memory. */
import { describe, expect, it } from 'vitest';
import { Audience } from '../../../src/services/sns/audience.ts';
import { KeptAudiences } from '../../../src/services/sns/kept-audiences.ts';
import type { Subscription } from '../../../src/services/sns/subscription.ts';

const subscription = (subscriptionId: string): Subscription => ({
  arn: `arn:aws:sns:us-east-1:000000000000:orders:${subscriptionId}`,
  subscriptionId,
  topicArn: 'arn:aws:sns:us-east-1:000000000000:orders',
  topicId: 'topic',
  protocol: 'sqs',
  endpoint: `arn:aws:sqs:us-east-1:000000000000:${subscriptionId}`,
  ownerId: '000000000000',
  principal: 'arn:aws:iam::000000000000:root',
  confirmed: true,
  confirmationWasAuthenticated: true,
  ownerMustUnsubscribe: false,
  attributes: {},
  createdAtMs: 0,
});

function audienceOf(size: number): Audience {
  const audience = new Audience('version');
  for (let i = 0; i < size; i++) audience.update(`id-${i}`, subscription(`id-${i}`));
  return audience;
}

describe('the audiences in memory', () => {
  it('are forgotten when their topic was used longest ago', () => {
    const kept = new KeptAudiences<Audience>(6);
    for (const topicId of ['a', 'b', 'c']) kept.keep(topicId, audienceOf(1));
    kept.keep('a', audienceOf(1));
    kept.keep('d', audienceOf(1));
    expect(['a', 'b', 'c', 'd'].map((id) => kept.get(id)?.size)).toEqual([1, undefined, 1, 1]);
  });

  it('count although nobody has subscribed', () => {
    const kept = new KeptAudiences<Audience>(100);
    for (let i = 0; i < 1_000; i++) kept.keep(`topic-${i}`, audienceOf(0));
    const present = Array.from({ length: 1_000 }, (_, i) => kept.get(`topic-${i}`));
    expect(present.filter((audience) => audience !== undefined)).toHaveLength(100);
    expect(present[0]).toBeUndefined();
    expect(present[999]).toBeDefined();
  });

  it('count with the size that they have grown to', () => {
    const kept = new KeptAudiences<Audience>(10);
    const growing = audienceOf(0);
    kept.keep('other', audienceOf(3));
    kept.keep('growing', growing);
    for (let i = 0; i < 8; i++) growing.update(`id-${i}`, subscription(`id-${i}`));
    kept.keep('growing', growing);
    expect([kept.get('other'), kept.get('growing')]).toEqual([undefined, growing]);
  });

  it('hold one topic that is larger than all that is kept', () => {
    const kept = new KeptAudiences<Audience>(5);
    kept.keep('other', audienceOf(1));
    kept.keep('large', audienceOf(20));
    expect([kept.get('other'), kept.get('large')?.size]).toEqual([undefined, 20]);
  });
});
