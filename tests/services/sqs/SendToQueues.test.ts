/** SendToQueues, by which other services send one message to many queues. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/core/aws-error.ts';
import { createSelector, protocolOf } from '../../../src/protocol/select.ts';
import { sqs } from '../../../src/services/sqs/index.ts';
import { defaultCaller, type ServiceHarness } from '../../support/service.ts';
import { bodies, openHarness, receive, send } from './messages.ts';
import { createQueue } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = openHarness();
});

afterEach(() => harness.close());

const { accountId, region } = defaultCaller;
const address = (name: string) => ({ accountId, region, name });

/** What each queue says: true when it took the message, else the code of its refusal. */
async function sendTo(
  names: readonly string[],
  message: object,
): Promise<readonly (boolean | string)[]> {
  const input = { Queues: names.map(address), ...message };
  const answer = await harness.invoker.run(defaultCaller, (context) =>
    context.invoke('sqs', 'SendToQueues', input, { ...defaultCaller, principalId: 'AIDATOPIC' }),
  );
  const { Outcomes } = answer as { Outcomes: { MessageId?: string; Code?: string }[] };
  return Outcomes.map(({ MessageId, Code }) => Code ?? MessageId !== undefined);
}

const refusal = async (names: readonly string[], message: object): Promise<string> =>
  sendTo(names, message).then(
    () => 'none',
    (error: unknown) => (error instanceof AwsError ? error.code : String(error)),
  );

describe('SendToQueues serialization', () => {
  it('has none: no client can call it', () => {
    const selector = createSelector([sqs]);
    const call = (contentType: string, target: string | undefined, body: string) => {
      const request = { method: 'POST', path: '/', query: '', contentType, target };
      const wire = { ...request, body: Buffer.from(body) };
      return () => selector.select(protocolOf(wire), wire, 'sqs');
    };
    const unknownTarget = { code: 'UnknownOperationException' };
    expect(call('application/x-amz-json-1.0', 'AmazonSQS.SendToQueues', '{}')).toThrow(
      expect.objectContaining(unknownTarget),
    );
    const form = 'application/x-www-form-urlencoded';
    expect(call(form, undefined, 'Action=SendToQueues&Version=2012-11-05')).toThrow(
      expect.objectContaining({ code: 'InvalidAction' }),
    );
  });
});

describe('SendToQueues validation', () => {
  it('requires queues and a body', async () => {
    expect(await refusal(['a'], {})).toBe('MissingParameter');
    const input = { MessageBody: 'hello' };
    const sent = harness.invoker.run(defaultCaller, (context) =>
      context.invoke('sqs', 'SendToQueues', input, defaultCaller),
    );
    await expect(sent).rejects.toThrow(AwsError);
  });
});

describe('SendToQueues behaviour', () => {
  it('sends to each queue a message of its own', async () => {
    await createQueue(harness, 'a');
    await createQueue(harness, 'b');
    const MessageAttributes = { Colour: { DataType: 'String', StringValue: 'red' } };
    expect(await sendTo(['a', 'b'], { MessageBody: 'hello', MessageAttributes })).toEqual([
      true,
      true,
    ]);
    const all = { AttributeNames: ['All'], MessageAttributeNames: ['All'] };
    const [[a], [b]] = [await receive(harness, 'a', all), await receive(harness, 'b', all)];
    expect(a?.MessageId).not.toBe(b?.MessageId);
    for (const message of [a, b]) {
      expect(message).toMatchObject({
        Body: 'hello',
        MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
        MessageAttributes,
        Attributes: { SenderId: 'AIDATOPIC' },
      });
    }
  });

  it('lets no queue that refuses the message keep it from the others', async () => {
    await createQueue(harness, 'small', { MaximumMessageSize: '1024' });
    await createQueue(harness, 'ordered.fifo');
    await createQueue(harness, 'last');
    const queues = ['small', 'missing', 'ordered.fifo', 'last'];
    const MessageBody = 'x'.repeat(1025);
    expect(await sendTo(queues, { MessageBody })).toEqual([
      'InvalidParameterValue',
      'AWS.SimpleQueueService.NonExistentQueue',
      'MissingParameter',
      true,
    ]);
    expect(await receive(harness, 'small')).toEqual([]);
    expect(await bodies(harness, 'last')).toEqual([MessageBody]);
  });

  it('sends nowhere what no queue may hold', async () => {
    await createQueue(harness, 'a');
    await createQueue(harness, 'b');
    expect(await sendTo(['a', 'b'], { MessageBody: 'bell \u0007' })).toEqual([
      'InvalidMessageContents',
      'InvalidMessageContents',
    ]);
    expect(await sendTo(['a', 'b'], { MessageBody: '' })).toEqual([
      'MissingParameter',
      'MissingParameter',
    ]);
  });

  it('remembers deduplication ids for each FIFO queue', async () => {
    await createQueue(harness, 'one.fifo');
    await createQueue(harness, 'two.fifo');
    const ids = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await send(harness, 'one.fifo', 'before', ids);
    const sent = await sendTo(['one.fifo', 'two.fifo'], { MessageBody: 'after', ...ids });
    expect(sent).toEqual([true, true]);
    expect(await bodies(harness, 'one.fifo')).toEqual(['before']);
    expect(await bodies(harness, 'two.fifo')).toEqual(['after']);
  });
});
