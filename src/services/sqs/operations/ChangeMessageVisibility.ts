/**
 * ChangeMessageVisibility: hides a received message for longer, or shows it again sooner.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
import { operation } from '../../../core/operation.ts';
import { integer, required, string, structure } from '../../../schema/shapes.ts';
import { loadQueue } from '../queue.ts';
import { changeVisibility } from '../visibility.ts';

export const ChangeMessageVisibility = operation({
  name: 'ChangeMessageVisibility',
  input: structure({
    QueueUrl: required(string()),
    ReceiptHandle: required(string()),
    VisibilityTimeout: required(integer()),
  }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'MessageNotInflight',
    'QueueDoesNotExist',
    'ReceiptHandleIsInvalid',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  async handler({ QueueUrl, ReceiptHandle, VisibilityTimeout }, context) {
    const queue = await loadQueue(QueueUrl, context);
    await changeVisibility(queue, ReceiptHandle, VisibilityTimeout, context);
    return {};
  },
});
