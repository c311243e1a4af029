/**
 * Deleting a message by the handle of one of its receives.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 */
import type { Context } from '../../core/context.ts';
import { countFor, type Queue, queueRef } from './queue.ts';
import { openReceiptHandle } from './receipt-handle.ts';

/**
 * Answers false for an expired handle; true also when the message is gone already. A standard queue
 * takes any handle of the message; a FIFO queue takes the newest and only while the message is in
 * flight, because after that the message may be in another consumer's hands, and its group would go
 * on too early.
 * Throws ReceiptHandleIsInvalid for what is no handle of this queue.
 */
export async function deleteMessage(
  queue: Queue,
  handleText: string,
  context: Context,
): Promise<boolean> {
  const handle = openReceiptHandle(handleText, queue);
  const { queues } = context.tx;
  const ref = queueRef(queue);
  if (ref.ordered) {
    const state = await queues.find(ref, handle.sequence);
    if (state !== undefined) {
      // In the millisecond in which a message becomes visible its last handle still counts, which
      // is what makes a visibility timeout of 0 usable at all.
      if (state.claims !== handle.claims || state.visibleAtMs < context.nowMs) {
        return false;
      }
      await queues.remove(ref, handle.sequence);
      // The group is free. Its next messages can go to one receiver only, who blocks it again.
      context.wake({ key: ref.key, entries: 1 });
    }
  } else {
    await queues.remove(ref, handle.sequence);
  }
  countFor(context, queue, 'NumberOfMessagesDeleted', 1);
  return true;
}
