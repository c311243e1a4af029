/**
 * DeleteMessage: takes a received message out of its queue for good.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { deleteMessage } from '../deletion.ts';
import { invalidParameter } from '../parameter.ts';
import { loadQueue } from '../queue.ts';

export const DeleteMessage = operation({
  name: 'DeleteMessage',
  input: structure({ QueueUrl: required(string()), ReceiptHandle: required(string()) }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidIdFormat',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'ReceiptHandleIsInvalid',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  async handler({ QueueUrl, ReceiptHandle }, context) {
    const queue = await loadQueue(QueueUrl, context);
    if (await deleteMessage(queue, ReceiptHandle, context)) return {};
    throw invalidParameter('ReceiptHandle', ReceiptHandle, 'The receipt handle has expired.');
  },
});
