/** The worker's promises, with endpoints that a test plays itself. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  awsRetryPolicy,
  customerManagedRetryPolicy,
  httpRetryPolicy,
  type RetryPolicy,
} from '../../src/delivery/backoff.ts';
import { defaultLimits } from '../../src/delivery/limits.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import {
  busy,
  delivered,
  hang,
  rejected,
  Scene,
  type SceneOptions,
  ScriptedTargets,
} from './scene.ts';

const A = 'http://a.test';
const B = 'http://b.test';

let scene: Scene;
let targets: ScriptedTargets;

function open(options: SceneOptions = {}): void {
  targets = new ScriptedTargets();
  scene = new Scene({ targets, ...options });
}

afterEach(async () => {
  await scene.close();
  expect(scene.errors.filter(({ what }) => what !== 'a dead-letter queue')).toEqual([]);
});

describe('a delivery', () => {
  it('is attempted at once, once, and leaves nothing behind', async () => {
    open();
    await scene.deliver(scene.http(A), scene.http(B), scene.http(A));
    expect(targets.messageIds.toSorted()).toEqual(['message-1', 'message-2', 'message-3']);
    expect(await scene.left(A, B)).toBe(0);
    await scene.advance(86_400_000);
    expect(targets.attempted).toHaveLength(3);
    expect(scene.counts).toEqual(new Map([['NumberOfNotificationsDelivered', 3]]));
  });

  it('that is refused is not attempted again', async () => {
    open();
    targets.answer = () => rejected;
    await scene.deliver(scene.http(A));
    await scene.advance(86_400_000);
    expect(targets.attempted).toHaveLength(1);
    expect(await scene.left(A)).toBe(0);
    expect(scene.counts).toEqual(new Map([['NumberOfNotificationsFailed', 1]]));
  });

  it('arrives after the endpoint has recovered', async () => {
    open();
    targets.answer = () => (targets.attempted.length < 3 ? busy : delivered);
    await scene.deliver(scene.http(A));
    await scene.advance(20_000);
    await scene.advance(20_000);
    await scene.advance(20_000);
    expect(targets.attempted).toHaveLength(3);
    expect([...scene.counts]).toEqual([
      ['NumberOfNotificationsFailed', 2],
      ['NumberOfNotificationsDelivered', 1],
    ]);
  });

  it('is enqueued only if its transaction is', async () => {
    open();
    const enqueued = scene.invoker.run(
      { accountId: '', region: '', accessKeyId: '', principalId: '', endpoint: '', headers: {} },
      async (context) => {
        const { enqueueDelivery } = await import('../../src/delivery/delivery.ts');
        await enqueueDelivery(context, scene.http(A));
        throw new Error('undone');
      },
    );
    await expect(enqueued).rejects.toThrow('undone');
    await scene.quiet();
    expect([targets.attempted.length, await scene.left(A)]).toEqual([0, 0]);
  });

  it('keeps the bytes that its dead letter holds', async () => {
    open();
    targets.answer = () => rejected;
    await scene.createQueue('dead');
    const BinaryValue = Buffer.from([0, 255, 128]);
    const MessageAttributes = { bin: { DataType: 'Binary', BinaryValue } };
    const input = { MessageBody: 'x', MessageAttributes };
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
    await scene.deliver(scene.http(A, { deadLetter: { queueArn, input } }));
    const [message] = await scene.receive('dead');
    const kept = message?.MessageAttributes as { bin: { BinaryValue: Uint8Array } };
    expect([...kept.bin.BinaryValue]).toEqual([0, 255, 128]);
  });
});

describe('retries', () => {
  const policies: readonly [string, RetryPolicy, readonly number[]][] = [
    ['HTTP', httpRetryPolicy, [20, 20, 20]],
    ['AWS’s own endpoints', awsRetryPolicy, [0, 0, 0, 1, 1, 1, 2, 4, 8, 16, 20, 20]],
    ['mail, SMS and push', customerManagedRetryPolicy, [10, 10, 10, 20, 40, 80, 160, 320, 600]],
  ];

  it.each(policies)('of %s keep their pauses', async (_name, retry, pauses) => {
    open();
    targets.answer = () => busy;
    await scene.deliver(scene.http(A, { retry }));
    let expected = 1;
    for (const seconds of pauses) {
      if (seconds > 0) {
        await scene.advance(seconds * 1000 - 1);
        expect(targets.attempted).toHaveLength(expected);
        await scene.advance(1);
      }
      expected++;
      if (seconds > 0) expect(targets.attempted).toHaveLength(expected);
    }
    expect(targets.attempted).toHaveLength(expected);
  });

  it('end when the policy allows no more', async () => {
    open();
    targets.answer = () => busy;
    await scene.deliver(scene.http(A));
    for (let hour = 0; hour < 10; hour++) await scene.advance(3_600_000);
    expect(targets.attempted).toHaveLength(4);
    expect(await scene.left(A)).toBe(0);
  });

  it('begin to count when an attempt has ended: a hanging endpoint gets one every 35 seconds', async () => {
    open();
    targets.answer = (_delivery, signal) => hang(signal);
    await scene.enqueue(scene.http(A));
    const attemptedAfter = async (ms: number) => {
      await scene.leap(ms);
      // What the clock broke off settles, and nothing else is under way.
      if (targets.attempted.length > 0) await settled(scene);
      return targets.attempted.length;
    };
    await settled(scene);
    expect(await attemptedAfter(14_999)).toBe(1);
    expect(await attemptedAfter(1)).toBe(1);
    expect(await attemptedAfter(19_999)).toBe(1);
    expect(await attemptedAfter(1)).toBe(2);
    const [record] = await scene.attempts();
    expect(record?.delivery.providerResponse).toContain('no answer within 15 seconds');
  });

  it('come in time while another delivery of the same party hangs', async () => {
    open();
    targets.answer = ({ about }, signal) => (about.messageId === 'message-1' ? hang(signal) : busy);
    await scene.enqueue(scene.http(A));
    await settled(scene);
    await scene.enqueue(scene.http(A, { retry: { ...awsRetryPolicy, numNoDelayRetries: 0 } }));
    await settled(scene);
    expect(targets.messageIds).toEqual(['message-1', 'message-2']);
    for (let second = 0; second < 3; second++) {
      await scene.leap(1_000);
      await settled(scene);
    }
    expect(targets.messageIds.slice(2)).toEqual(['message-2', 'message-2', 'message-2']);
  });

  it('of one delivery do not hold up the next', async () => {
    open();
    targets.answer = ({ about }) => (about.messageId === 'message-1' ? busy : delivered);
    await scene.deliver(scene.http(A));
    await scene.deliver(scene.http(A));
    expect(targets.messageIds).toEqual(['message-1', 'message-2']);
  });
});

/** Resolves when the store has done what was handed to it. */
async function settled(at: Scene): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await at.store.transact(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('endpoints', () => {
  it('that hang take only their own attempts, however much waits for them', async () => {
    open();
    const hanging = new Set<string>();
    targets.answer = ({ target, about }, signal) => {
      if (target.kind !== 'http' || !target.url.startsWith(A)) return delivered;
      hanging.add(about.messageId);
      return hang(signal);
    };
    const many = Array.from({ length: 500 }, () => scene.http(A));
    await scene.enqueue(...many);
    await scene.enqueue(...Array.from({ length: 100 }, () => scene.http(B)));
    await settled(scene);
    expect(targets.messageIds.filter((id) => !hanging.has(id))).toHaveLength(100);
    expect(hanging.size).toBe(defaultLimits.perOutlet);
  });

  it('that never answer get few attempts at a time, and all of them again when they do', async () => {
    open();
    const underWay = new Set<() => void>();
    targets.answer = (_delivery, signal) =>
      new Promise((resolve) => {
        const end = (outcome: Outcome) => {
          underWay.delete(answer);
          resolve(outcome);
        };
        const answer = () => end(delivered);
        underWay.add(answer);
        void hang(signal).then(end);
      });
    await scene.enqueue(...Array.from({ length: 200 }, () => scene.http(A)));
    await settled(scene);
    expect(underWay.size).toBe(defaultLimits.perOutlet);
    await scene.leap(15_000);
    await settled(scene);
    expect(underWay.size).toBe(defaultLimits.perSilentOutlet);
    for (const answer of underWay) answer();
    await settled(scene);
    expect(underWay.size).toBe(defaultLimits.perOutlet);
  });

  it('share the attempts that there are at a time', async () => {
    open({ limits: { ...defaultLimits, total: 8, perOutlet: 4 } });
    targets.answer = (_delivery, signal) => hang(signal);
    for (let party = 0; party < 4; party++) {
      await scene.enqueue(scene.http(`http://${party}.test`), scene.http(`http://${party}.test`));
    }
    await settled(scene);
    expect(targets.attempted).toHaveLength(8);
    await scene.enqueue(scene.http('http://late.test'));
    await settled(scene);
    expect(targets.attempted).toHaveLength(8);
    await scene.leap(15_000);
    await settled(scene);
    expect(targets.messageIds).toContain('message-9');
  });

  it('are told apart by scheme and port', async () => {
    open({ limits: { ...defaultLimits, perOutlet: 1 } });
    targets.answer = (_delivery, signal) => hang(signal);
    const urls = ['http://a.test/x', 'http://a.test/y', 'http://a.test:81', 'https://a.test'];
    await scene.enqueue(...urls.map((url) => scene.http(url)));
    await settled(scene);
    expect(targets.messageIds).toEqual(['message-1', 'message-3', 'message-4']);
  });

  it('get no more than fits into the memory at a time', async () => {
    open({ limits: { ...defaultLimits, bytes: 1 } });
    let underWay = 0;
    targets.answer = async (_delivery, signal) => {
      underWay++;
      return hang(signal);
    };
    await scene.enqueue(scene.http(A));
    await settled(scene);
    await scene.enqueue(scene.http(B));
    await settled(scene);
    expect(underWay).toBe(1);
    await scene.leap(15_000);
    await settled(scene);
    expect(underWay).toBe(2);
  });
});

describe('a rate', () => {
  const perSecond = (url: string, maxReceivesPerSecond: number) =>
    scene.http(url, { maxReceivesPerSecond });

  it('is kept on average, and nothing is lost', async () => {
    open();
    await scene.deliver(...Array.from({ length: 10 }, () => perSecond(A, 2)));
    const counts = [targets.attempted.length];
    for (let second = 0; second < 5; second++) {
      await scene.advance(1_000);
      counts.push(targets.attempted.length);
    }
    expect(counts).toEqual([2, 4, 6, 8, 10, 10]);
    expect(new Set(targets.messageIds).size).toBe(10);
    expect(await scene.left(A)).toBe(0);
  });

  it('counts no waiting as an attempt', async () => {
    open();
    await scene.deliver(perSecond(A, 1), perSecond(A, 1), perSecond(A, 1));
    await scene.advance(1_000);
    await scene.advance(1_000);
    expect((await scene.attempts()).map(({ delivery }) => delivery.attempts)).toEqual([1, 1, 1]);
  });

  it('of one subscription does not hold up another of the same party', async () => {
    open();
    await scene.deliver(...Array.from({ length: 40 }, () => perSecond(`${A}/slow`, 1)));
    await scene.deliver(scene.http(`${A}/fast`));
    expect(targets.messageIds).toEqual(['message-1', 'message-41']);
  });
});

describe('what is given up', () => {
  const deadLetter = {
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
    input: { MessageBody: 'the body', MessageGroupId: 'g' },
  };

  it('goes to its dead-letter queue with what the subscriber would have got', async () => {
    open();
    await scene.createQueue('dead');
    targets.answer = () => busy;
    await scene.deliver(scene.http(A, { deadLetter }));
    await scene.advance(20_000);
    await scene.advance(20_000);
    expect(await scene.receive('dead')).toEqual([]);
    await scene.advance(20_000);
    expect(await scene.receive('dead')).toMatchObject([{ Body: 'the body' }]);
    expect(scene.counts.get('NumberOfNotificationsRedrivenToDlq')).toBe(1);
  });

  it('goes there at once when it is refused', async () => {
    open();
    await scene.createQueue('dead');
    targets.answer = () => rejected;
    await scene.deliver(scene.http(A, { deadLetter }));
    expect(await scene.receive('dead')).toHaveLength(1);
  });

  it('is dropped and counted when there is no such queue', async () => {
    open();
    targets.answer = () => rejected;
    await scene.deliver(scene.http(A, { deadLetter }));
    expect(await scene.left(A)).toBe(0);
    expect([...scene.counts]).toEqual([
      ['NumberOfNotificationsFailed', 1],
      ['NumberOfNotificationsFailedToRedriveToDlq', 1],
    ]);
    expect(scene.errors).toMatchObject([{ what: 'a dead-letter queue' }]);
    expect(await scene.attempts()).toHaveLength(1);
  });

  it('is made known in the transaction that gives it up', async () => {
    const given: unknown[] = [];
    open({
      observer: {
        async gaveUp(context, delivery, outcome) {
          given.push([delivery.deliveryId, outcome.statusCode]);
          await context.tx.documents.put('seen', { atMs: context.nowMs });
        },
      },
    });
    targets.answer = () => rejected;
    await scene.deliver(scene.http(A));
    expect(given).toEqual([['delivery-1', 404]]);
    const seen = await scene.store.transact((tx) => tx.documents.get('seen'));
    expect(seen?.value).toEqual({ atMs: scene.clock.nowMs() });
  });
});

describe('the log of attempts', () => {
  it('has AWS’s records', async () => {
    open();
    targets.answer = () => busy;
    const url = 'http://user:secret@a.test/path?q=1';
    await scene.deliver(scene.http(url));
    targets.answer = () => ({ ...delivered, providerResponse: 'thanks' });
    await scene.advance(20_000);
    const notification = {
      messageId: 'message-1',
      topicArn: 'arn:aws:sns:us-east-1:000000000000:orders',
      timestamp: '2026-01-01 00:00:00.000',
    };
    const delivery = { deliveryId: 'delivery-1', destination: 'http://a.test/path?q=1' };
    expect(await scene.attempts()).toEqual([
      {
        notification,
        delivery: {
          ...delivery,
          providerResponse: 'thanks',
          dwellTimeMs: 20_000,
          attempts: 2,
          statusCode: 200,
        },
        status: 'SUCCESS',
      },
      {
        notification,
        delivery: {
          ...delivery,
          providerResponse: 'busy',
          dwellTimeMs: 0,
          attempts: 1,
          statusCode: 503,
        },
        status: 'FAILURE',
      },
    ]);
  });

  it('keeps failures always, and successes only where the topic asks for them', async () => {
    open();
    const { about } = scene.http(A);
    const { successSampleRate: _, ...unsampled } = about;
    await scene.deliver(scene.http(A, { about: unsampled }));
    expect(await scene.attempts()).toEqual([]);
    targets.answer = () => rejected;
    await scene.deliver(scene.http(A, { about: unsampled }));
    expect(await scene.attempts()).toHaveLength(1);
  });

  it('keeps the last thousand', async () => {
    open();
    await scene.deliver(...Array.from({ length: 1_010 }, () => scene.http(A)));
    expect(await scene.attempts()).toHaveLength(1_000);
  });
});

describe('time that leaps', () => {
  it('starts nothing twice that is still under way', async () => {
    open();
    // Deaf to its signal, as an endpoint is that the process cannot reach any more.
    let finish = () => {};
    targets.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(delivered);
      });
    await scene.enqueue(scene.http(A));
    await settled(scene);
    await scene.leap(3_600_000);
    await settled(scene);
    expect(targets.attempted).toHaveLength(1);
    finish();
    await scene.quiet();
    expect([targets.attempted.length, await scene.left(A)]).toEqual([1, 0]);
  });
});
