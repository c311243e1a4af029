/**
 * Changing for how long a received message stays hidden.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
import type { Context } from '../../core/context.ts';
import { fail } from './errors.ts';
import { checkRange, invalidParameter } from './parameter.ts';
import { type Queue, queueRef } from './queue.ts';
import { openReceiptHandle } from './receipt-handle.ts';

export const VISIBILITY_SECONDS = { min: 0, max: 43_200 };

/**
 * Hides a message until so many seconds from now; 0 shows it at once.
 * Throws InvalidParameterValue, ReceiptHandleIsInvalid or MessageNotInflight.
 */
export async function changeVisibility(
  queue: Queue,
  handleText: string,
  seconds: number,
  context: Context,
): Promise<void> {
  const { nowMs } = context;
  checkRange(
    'VisibilityTimeout',
    seconds,
    VISIBILITY_SECONDS,
    'VisibilityTimeout must be an integer between 0 and 43200.',
  );
  const handle = openReceiptHandle(handleText, queue);
  const ref = queueRef(queue);
  const state = await context.tx.queues.find(ref, handle.sequence);
  if (state === undefined || state.claims !== handle.claims) {
    throw invalidParameter(
      'ReceiptHandle',
      handleText,
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
  if (state.visibleAtMs <= nowMs) {
    throw fail('MessageNotInflight', 'The specified message is not in flight.');
  }
  const visibleAtMs = nowMs + seconds * 1000;
  // Not even an instant may be added to the whole 12 hours: on AWS some time has always passed
  // since the receive, so that the full 43,200 seconds are refused right after it too.
  if (visibleAtMs >= handle.claimedAtMs + VISIBILITY_SECONDS.max * 1000) {
    throw invalidParameter(
      'VisibilityTimeout',
      seconds,
      'Total VisibilityTimeout for the message is beyond the limit ' +
        `[${VISIBILITY_SECONDS.max} seconds]`,
    );
  }
  await context.tx.queues.extend(ref, handle.sequence, visibleAtMs);
  const news = { key: ref.key, entries: 1 };
  context.wake(seconds === 0 ? news : { ...news, atMs: visibleAtMs });
}
