/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { noSuchQueue, queueKey, queueUrl } from '../queue.ts';

export const GetQueueUrl = operation({
  name: 'GetQueueUrl',
  input: structure({ QueueName: required(string()), QueueOwnerAWSAccountId: string() }),
  output: structure({ QueueUrl: string() }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const address = {
      accountId: input.QueueOwnerAWSAccountId ?? accountId,
      region,
      name: input.QueueName,
    };
    if ((await context.tx.documents.get(queueKey(address))) === undefined) throw noSuchQueue();
    return { QueueUrl: queueUrl(context, address) };
  },
});
