/**
 * SendToQueues: sends one message to many queues, each with its own outcome. It is no operation of
 * AWS: a topic hands its messages over by it, inside the transaction of the publish.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 */
import { AwsError } from '../../../core/aws-error.ts';
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { boolean, list, required, string, structure } from '../../../schema/shapes.ts';
import { Outgoing } from '../outgoing.ts';
import { type Queue, type QueueAddress, queueKey } from '../queue.ts';
import { acceptMessage, storeMessages } from '../sending.ts';
import { outgoingMembers } from '../shapes.ts';

const queueAddress = structure({
  accountId: required(string()),
  region: required(string()),
  name: required(string()),
});

export const SendToQueues = operation({
  name: 'SendToQueues',
  input: structure({ Queues: required(list(queueAddress)), ...outgoingMembers }),
  output: structure({ Sent: required(list(boolean())) }),
  errors: [],
  async handler({ Queues, ...message }, context) {
    const outgoing = new Outgoing(message);
    const Sent: boolean[] = [];
    for (const address of Queues) Sent.push(await sendTo(address, outgoing, context));
    return { Sent };
  },
});

/** Whether the queue is there and took the message; it checks everything before it stores. */
async function sendTo(
  address: QueueAddress,
  outgoing: Outgoing,
  context: Context,
): Promise<boolean> {
  const queue = (await context.tx.documents.get<Queue>(queueKey(address)))?.value;
  if (queue === undefined) return false;
  try {
    await storeMessages(queue, [acceptMessage(queue, outgoing, context)], context);
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.row.fault === 'client') return false;
    throw error;
  }
}
