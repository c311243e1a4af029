/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
import { operation } from '../../../core/operation.ts';
import { integer, list, named, string, structure } from '../../../schema/shapes.ts';
import { queuePrefix, queueUrl } from '../queue.ts';
import { pageOfQueues } from '../queue-page.ts';

export const ListQueues = operation({
  name: 'ListQueues',
  input: structure({ QueueNamePrefix: string(), NextToken: string(), MaxResults: integer() }),
  output: structure({
    QueueUrls: named('QueueUrl', list(string(), { flattened: true })),
    NextToken: string(),
  }),
  errors: ['InvalidAddress', 'InvalidSecurity', 'RequestThrottled', 'UnsupportedOperation'],
  ownerOnly: true,
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const folder = queuePrefix(accountId, region);
    const page = await pageOfQueues(context, folder, input.QueueNamePrefix ?? '', input);
    if (page.names.length === 0) return {};
    return {
      QueueUrls: page.names.map((name) => queueUrl(context, { accountId, region, name })),
      ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
    };
  },
});
