/** Writes docs/reference/sqs.md from the table of SQS operations. */
import { errors } from '../src/services/sqs/errors.ts';
import { sqs } from '../src/services/sqs/index.ts';
import { type Reference, writeReferencePage } from './reference-page.ts';

const SUMMARIES: { readonly [operation: string]: string } = {
  AddPermission: 'Adds a statement to the policy of a queue.',
  CancelMessageMoveTask: 'Stops a task that moves messages. What it has moved stays moved.',
  ChangeMessageVisibility: 'Hides a received message for longer, or shows it again sooner.',
  ChangeMessageVisibilityBatch: 'Does the same for up to ten messages, each with its own outcome.',
  CreateQueue: 'Creates a queue, or answers the URL of the one that is there.',
  DeleteMessage: 'Takes a received message out of its queue for good.',
  DeleteMessageBatch: 'Does the same for up to ten messages, each with its own outcome.',
  DeleteQueue: 'Deletes a queue and its messages.',
  GetQueueAttributes: 'Answers the attributes of a queue that the request names.',
  GetQueueUrl: 'Answers the URL of a queue.',
  ListDeadLetterSourceQueues: 'Lists the queues whose dead-letter queue this one is.',
  ListMessageMoveTasks: 'Lists the newest tasks that move messages out of a queue.',
  ListQueueTags: 'Answers the tags of a queue.',
  ListQueues: 'Lists the queues of the account and region.',
  PurgeQueue: 'Deletes all messages of a queue.',
  ReceiveMessage: 'Hands out up to ten messages and hides them from others for a while.',
  RemovePermission: 'Removes a statement from the policy of a queue.',
  SendMessage: 'Puts one message into a queue.',
  SendMessageBatch: 'Puts up to ten messages into a queue, each with its own outcome.',
  SetQueueAttributes: 'Changes attributes of a queue.',
  StartMessageMoveTask: 'Begins to move the messages of a dead-letter queue back, or elsewhere.',
  TagQueue: 'Adds tags to a queue, or replaces their values.',
  UntagQueue: 'Removes tags from a queue.',
};

const HEAD = `# Amazon SQS

<!-- Made by \`node scripts/run.ts reference-sqs\` from src/services/sqs; change that instead. -->

Every operation of the API of 2012-11-05, with its members as clients send and read them. What the
members mean is on AWS's pages, which the chapters link. What Waystation decides where AWS is silent
is on [another page](sqs-behaviour.md), the numbers are under [limits](../operating/limits.md).

Two protocols, told apart by the headers of the request:

- **AWS JSON 1.0**, which current SDKs speak: \`POST /\` with the header
  \`X-Amz-Target: AmazonSQS.<Operation>\` and a JSON object as body. Members are named as in the
  first column of the tables. \`list[]\` stands for each item, \`map.<key>\` for each entry.
- **Query**, which older SDKs and curl speak: form parameters in the query string or in the body,
  \`Action=<Operation>\` among them, sent to \`/\` or to the path of a queue URL. The answer is XML.
  \`N\` counts from 1.

`;

const ERRORS = `## Errors

The errors under each operation are those of AWS's model, by the names that AWS JSON has for them.
A JSON answer carries the other name in the header \`x-amzn-query-error\`.

`;

export const sqsReference: Reference = {
  service: sqs,
  errors,
  awsPages: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_',
  summaries: SUMMARIES,
  head: HEAD,
  errorsHead: ERRORS,
};

export async function run(): Promise<void> {
  writeReferencePage(sqsReference);
}
