/**
 * SendMessage: delivers one message to a queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { Outgoing } from '../outgoing.ts';
import { loadQueue } from '../queue.ts';
import { acceptMessage, storeMessages } from '../sending.ts';
import { outgoingMembers } from '../shapes.ts';

export const SendMessage = operation({
  name: 'SendMessage',
  input: structure({ QueueUrl: required(string()), ...outgoingMembers }),
  output: structure({
    MD5OfMessageBody: string(),
    MD5OfMessageAttributes: string(),
    MD5OfMessageSystemAttributes: string(),
    MessageId: string(),
    SequenceNumber: string(),
  }),
  errors: [
    'InvalidAddress',
    'InvalidMessageContents',
    'InvalidSecurity',
    'KmsAccessDenied',
    'KmsDisabled',
    'KmsInvalidKeyUsage',
    'KmsInvalidState',
    'KmsNotFound',
    'KmsOptInRequired',
    'KmsThrottled',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  async handler(input, context) {
    const queue = await loadQueue(input.QueueUrl, context);
    const accepted = acceptMessage(queue, new Outgoing(input), context);
    const [sent = accepted.sent] = await storeMessages(queue, [accepted], context);
    return sent;
  },
});
