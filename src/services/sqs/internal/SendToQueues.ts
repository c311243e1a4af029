/**
 * SendToQueues: sends one message to many queues, each with its own outcome. It is no operation of
 * AWS: a topic hands its messages over by it, inside the transaction of the publish.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 */
import { AwsError } from '../../../core/aws-error.ts';
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { type Infer, integer, list, required, string, structure } from '../../../schema/shapes.ts';
import { Outgoing } from '../outgoing.ts';
import { noSuchQueue, type Queue, type QueueAddress, queueKey } from '../queue.ts';
import { acceptMessage, storeMessages } from '../sending.ts';
import { outgoingMembers } from '../shapes.ts';

const queueAddress = structure({
  accountId: required(string()),
  region: required(string()),
  name: required(string()),
});

/** Either the id of the message, or why the queue has not taken it. */
const outcome = structure({
  MessageId: string(),
  Code: string(),
  Message: string(),
  StatusCode: integer(),
});

export const SendToQueues = operation({
  name: 'SendToQueues',
  input: structure({ Queues: required(list(queueAddress)), ...outgoingMembers }),
  output: structure({ Outcomes: required(list(outcome)) }),
  errors: [],
  async handler({ Queues, ...message }, context) {
    const outgoing = new Outgoing(message);
    const Outcomes: SendOutcome[] = [];
    for (const address of Queues) Outcomes.push(await sendTo(address, outgoing, context));
    return { Outcomes };
  },
});

export type SendOutcome = Infer<typeof outcome>;

/** Checks everything before it stores anything. */
async function sendTo(
  address: QueueAddress,
  outgoing: Outgoing,
  context: Context,
): Promise<SendOutcome> {
  try {
    const document = await context.tx.documents.get<Queue>(queueKey(address));
    if (document === undefined) throw noSuchQueue();
    const accepted = acceptMessage(document.value, outgoing, context);
    const [sent = accepted.sent] = await storeMessages(document.value, [accepted], context);
    return { MessageId: sent.MessageId };
  } catch (error) {
    if (!(error instanceof AwsError) || error.row.fault !== 'client') throw error;
    const { queryCode: Code, message: Message, row } = error;
    return { Code, Message, StatusCode: row.status };
  }
}
