/**
 * The naming rules of queues.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queues.html
 */
import { fail } from './errors.ts';

const STANDARD_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_NAME = /^(?=.{6,80}$)[A-Za-z0-9_-]+\.fifo$/;

/** Throws InvalidParameterValue where no queue of that kind can have this name. */
export function checkQueueName(name: string, fifo: boolean): void {
  if (fifo ? FIFO_NAME.test(name) : STANDARD_NAME.test(name)) return;
  throw fail(
    'InvalidParameterValue',
    fifo
      ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or ' +
          'underscores, must end with .fifo suffix and be 1 to 80 in length'
      : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}
