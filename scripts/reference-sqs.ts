/** Writes docs/reference/sqs.md from the table of SQS operations. */
import { writeFileSync } from 'node:fs';
import { commonErrors, type ErrorTable } from '../src/core/aws-error.ts';
import type { AnyOperation } from '../src/schema/operation.ts';
import type { Shape, StructureShape } from '../src/schema/shapes.ts';
import { errors } from '../src/services/sqs/errors.ts';
import { sqs } from '../src/services/sqs/index.ts';

const AWS_PAGES = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_';

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

/** One line of a table: a member of a request or an answer, however deep it stands. */
interface Row {
  readonly member: string;
  readonly type: string;
  readonly required: boolean;
  readonly query: string;
}

/** Where a member stands: its path in JSON, and its parameter or element in Query. */
interface Place {
  readonly member: string;
  readonly query: string;
}

/** How a side of the wire writes what a list or a map holds. */
interface QueryForm {
  join(outer: string, inner: string): string;
  /** The name of one entry of a flattened list or map. */
  entry(name: string): string;
}

const parameters: QueryForm = {
  join: (outer, inner) => (outer === '' ? inner : `${outer}.${inner}`),
  entry: (name) => `${name}.N`,
};

const elements: QueryForm = {
  join: (outer, inner) => (outer === '' ? inner : `${outer}/${inner}`),
  entry: (name) => name,
};

function rowsOf(shape: StructureShape, form: QueryForm, outer: Place): Row[] {
  return Object.entries(shape.members).flatMap(([name, member]) =>
    rowsOfMember(member, form, {
      member: outer.member === '' ? name : `${outer.member}.${name}`,
      query: form.join(outer.query, member.xmlName ?? name),
    }),
  );
}

function rowsOfMember(shape: Shape, form: QueryForm, place: Place): Row[] {
  const own = { member: place.member, required: shape.required === true, type: typeOf(shape) };
  if (shape.type === 'list') {
    const query = form.entry(place.query);
    const rows = insideOf(shape.member, form, { member: `${place.member}[]`, query });
    return [{ ...own, query: `\`${query}\`` }, ...rows];
  }
  if (shape.type === 'map') {
    const entry = form.entry(place.query);
    const key = form.join(entry, shape.keyName ?? 'key');
    const query = form.join(entry, shape.valueName ?? 'value');
    const rows = insideOf(shape.value, form, { member: `${place.member}.<key>`, query });
    return [{ ...own, query: `\`${key}\`, \`${query}\`` }, ...rows];
  }
  return [{ ...own, query: `\`${place.query}\`` }, ...insideOf(shape, form, place)];
}

function insideOf(shape: Shape, form: QueryForm, place: Place): Row[] {
  return shape.type === 'structure' ? rowsOf(shape, form, place) : [];
}

function typeOf(shape: Shape): string {
  if (shape.type === 'list') return `list of ${typeOf(shape.member)}`;
  if (shape.type === 'map') return `map to ${typeOf(shape.value)}`;
  return shape.type;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, head.map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function operationChapter(operation: AnyOperation<never>): string {
  const { name, input, output } = operation;
  const summary = SUMMARIES[name];
  if (summary === undefined) throw new Error(`SUMMARIES has no sentence for ${name}`);
  const asked = rowsOf(input, parameters, { member: '', query: '' });
  const answered = rowsOf(output, elements, { member: '', query: '' });
  const request = table(
    ['Request', 'Type', 'Required', 'Query parameter'],
    asked.map(({ member, type, required, query }) => [
      `\`${member}\``,
      type,
      required ? 'yes' : '',
      query,
    ]),
  );
  const answer = table(
    ['Answer', 'Type', 'Query element'],
    answered.map(({ member, type, query }) => [`\`${member}\``, type, query]),
  );
  return [
    `## ${name}\n`,
    `${summary} [AWS](${AWS_PAGES}${name}.html)\n`,
    request,
    answered.length === 0 ? 'The answer is empty.\n' : answer,
    `Errors: ${operation.errors.map((code) => `\`${code}\``).join(', ')}.\n`,
  ].join('\n');
}

function errorTable(rows: ErrorTable): string {
  const lines = Object.entries(rows).map(
    ([code, { status, queryCode = code, jsonType = code }]) => [
      `\`${jsonType.split('#').at(-1)}\``,
      `\`${queryCode}\``,
      String(status),
    ],
  );
  return table(['In JSON', 'In Query, and the code that SDKs show', 'HTTP status'], lines);
}

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

const COMMON_ERRORS = `
These come with any operation:

`;

/** The page docs/reference/sqs.md. */
export function sqsReferencePage(): string {
  const operations = [...sqs.operations.values()];
  const contents = operations.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(' · ');
  const chapters = operations.map(operationChapter).join('\n');
  const tables = `${ERRORS}${errorTable(errors)}${COMMON_ERRORS}${errorTable(commonErrors)}`;
  return `${HEAD}${contents} · [Errors](#errors)\n\n${chapters}\n${tables}`;
}

export async function run(): Promise<void> {
  writeFileSync(new URL('../docs/reference/sqs.md', import.meta.url), sqsReferencePage());
}
