/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
import { operation } from '../../../core/operation.ts';
import { list, named, required, string, structure } from '../../../schema/shapes.ts';
import { loadQueue, queueRef } from '../queue.ts';
import {
  asksForCounts,
  attributeMap,
  checkReadable,
  describeAttributes,
} from '../queue-attributes.ts';

export const GetQueueAttributes = operation({
  name: 'GetQueueAttributes',
  input: structure({
    QueueUrl: required(string()),
    AttributeNames: named('AttributeName', list(string(), { flattened: true })),
  }),
  output: structure({ Attributes: named('Attribute', attributeMap) }),
  errors: [
    'InvalidAddress',
    'InvalidAttributeName',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  handler: async (input, context) => {
    const queue = await loadQueue(input.QueueUrl, context);
    const names = input.AttributeNames ?? [];
    checkReadable(names);
    const counts = asksForCounts(names)
      ? await context.tx.queues.count(queueRef(queue))
      : undefined;
    const Attributes = describeAttributes(queue, counts, names);
    return Object.keys(Attributes).length === 0 ? {} : { Attributes };
  },
});
