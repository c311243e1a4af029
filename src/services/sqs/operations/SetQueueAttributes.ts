/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { named, required, string, structure } from '../../../schema/shapes.ts';
import {
  isFifo,
  loadQueueDocument,
  numberAttribute,
  type Queue,
  queueRef,
  saveQueue,
} from '../queue.ts';
import { attributeMap, changedAttributes, readAttributes } from '../queue-attributes.ts';
import { checkDeadLetterTarget, indexDeadLetterSource } from '../redrive-policy.ts';
import { retentionMs, scheduleExpiry } from '../tasks.ts';

export const SetQueueAttributes = operation({
  name: 'SetQueueAttributes',
  input: structure({
    QueueUrl: required(string()),
    Attributes: required(named('Attribute', attributeMap)),
  }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidAttributeName',
    'InvalidAttributeValue',
    'InvalidSecurity',
    'OverLimit',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  ownerOnly: true,
  handler: async (input, context) => {
    const document = await loadQueueDocument(input.QueueUrl, context);
    const before = document.value;
    const supplied = readAttributes(input.Attributes, isFifo(before));
    const attributes = changedAttributes(before.attributes, supplied);
    if (supplied.RedrivePolicy) {
      await checkDeadLetterTarget(context, before, supplied.RedrivePolicy);
    }
    const after = await saveQueue(context, document, { attributes, modifiedAtMs: context.nowMs });
    await applyToStored(context, before, after);
    return {};
  },
});

/** What a change means for what is stored already. */
async function applyToStored(context: Context, before: Queue, after: Queue): Promise<void> {
  const { RedrivePolicy: policyBefore } = before.attributes;
  await indexDeadLetterSource(context, after, policyBefore, after.attributes.RedrivePolicy);
  if (retentionMs(after) < retentionMs(before)) {
    await scheduleExpiry(context, after, context.nowMs);
  }
  if (isFifo(after)) await redelay(context, before, after);
}

/** A changed delay counts for the messages of a FIFO queue that are there already. */
async function redelay(context: Context, before: Queue, after: Queue): Promise<void> {
  const delayMsBefore = numberAttribute(before, 'DelaySeconds') * 1000;
  const delayMs = numberAttribute(after, 'DelaySeconds') * 1000;
  if (delayMs === delayMsBefore) return;
  const { queues } = context.tx;
  const ref = queueRef(after);
  // A message older than both delays is visible under either.
  await queues.redelay(ref, delayMs, Math.max(delayMs, delayMsBefore));
  const { visible } = await queues.count(ref);
  if (visible > 0) context.wake({ key: ref.key, entries: visible });
  const atMs = await queues.nextVisibleAtMs(ref);
  if (atMs !== undefined) context.wake({ key: ref.key, entries: 1, atMs });
}
