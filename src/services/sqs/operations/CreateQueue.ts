/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { named, required, string, structure } from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import {
  deletedQueueKey,
  isFifo,
  type Queue,
  type QueueAddress,
  queueKey,
  queueUrl,
} from '../queue.ts';
import {
  type Attributes,
  attributeMap,
  differingAttribute,
  initialAttributes,
  readAttributes,
} from '../queue-attributes.ts';
import { checkQueueName } from '../queue-name.ts';
import { checkDeadLetterTarget, indexDeadLetterSource } from '../redrive-policy.ts';
import { type Tags, tagMap, withTags } from '../tags.ts';
import { retentionMs, scheduleExpiry } from '../tasks.ts';

export const CreateQueue = operation({
  name: 'CreateQueue',
  input: structure({
    QueueName: required(string()),
    Attributes: named('Attribute', attributeMap),
    tags: named('Tag', tagMap),
  }),
  output: structure({ QueueUrl: string() }),
  errors: [
    'InvalidAddress',
    'InvalidAttributeName',
    'InvalidAttributeValue',
    'InvalidSecurity',
    'QueueDeletedRecently',
    'QueueNameExists',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const address = { accountId, region, name: input.QueueName };
    checkQueueName(address.name, input.Attributes?.FifoQueue === 'true');
    const supplied = readAttributes(input.Attributes ?? {}, isFifo(address));
    const tags = withTags(address.name, {}, input.tags ?? {});
    const existing = await context.tx.documents.get<Queue>(queueKey(address));
    if (existing === undefined) await create(context, address, supplied, tags);
    else checkSame(existing.value, supplied);
    return { QueueUrl: queueUrl(context, address) };
  },
});

/** Creating a queue again is a success as long as nothing asked for differs; tags don't count. */
function checkSame(queue: Queue, supplied: Attributes): void {
  const differing = differingAttribute(queue.attributes, supplied);
  if (differing === undefined) return;
  throw fail(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${differing}`,
  );
}

async function create(
  context: Context,
  address: QueueAddress,
  supplied: Attributes,
  tags: Tags,
): Promise<void> {
  const { tx, nowMs } = context;
  const attributes = initialAttributes(supplied, isFifo(address));
  const { RedrivePolicy } = attributes;
  if (RedrivePolicy !== undefined) await checkDeadLetterTarget(context, address, RedrivePolicy);
  if ((await tx.documents.get(deletedQueueKey(address))) !== undefined) {
    throw fail(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the ' +
        'same name.',
    );
  }
  const queue: Queue = {
    queueId: context.env.uuid(),
    ...address,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    attributes,
    tags,
  };
  await tx.documents.put(queueKey(address), queue, { expectedVersion: 0 });
  await indexDeadLetterSource(context, queue, undefined, RedrivePolicy);
  await scheduleExpiry(context, queue, nowMs + retentionMs(queue));
}
