/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
import { operation } from '../../../core/operation.ts';
import { integer, list, named, required, string, structure } from '../../../schema/shapes.ts';
import { loadQueue, queueArn, queueUrl } from '../queue.ts';
import { pageOfQueues } from '../queue-page.ts';
import { deadLetterSourceKeyPrefix } from '../redrive-policy.ts';

export const ListDeadLetterSourceQueues = operation({
  name: 'ListDeadLetterSourceQueues',
  input: structure({
    QueueUrl: required(string()),
    NextToken: string(),
    MaxResults: integer(),
  }),
  output: structure({
    queueUrls: required(named('QueueUrl', list(string(), { flattened: true }))),
    NextToken: string(),
  }),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  handler: async (input, context) => {
    const queue = await loadQueue(input.QueueUrl, context);
    const folder = deadLetterSourceKeyPrefix(queueArn(queue));
    const page = await pageOfQueues(context, folder, '', input);
    return {
      queueUrls: page.names.map((name) => queueUrl(context, { ...queue, name })),
      ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
    };
  },
});
