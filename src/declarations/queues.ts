/** Queues that exist once the server is ready. */
import { AwsError } from '../core/aws-error.ts';
import {
  type AttributesInput,
  type Call,
  changedAttributes,
  parseEntries,
  parseResource,
  type Resource,
  refuseTwins,
  type TagsInput,
  type Texts,
  told,
} from './entry.ts';

/** One entry of `queues:` as people write it. */
export interface QueueInput {
  readonly name: string;
  /** SQS's settable attributes under AWS's names; an object stands for its JSON text. */
  readonly attributes?: AttributesInput;
  readonly tags?: TagsInput;
  /** `us-east-1` unless given. */
  readonly region?: string;
  /** Twelve digits; `000000000000` unless given. */
  readonly account?: string;
}

export type QueueDeclaration = Resource;

const KEYS = ['name', 'attributes', 'tags', 'region', 'account'];

/** Attributes that name another queue, which may be declared further down. */
const NAMING_OTHERS = ['RedrivePolicy', 'RedriveAllowPolicy'];

/** The declarations under a `queues` key. Throws StartRefused with what is wrong, and where. */
export function parseQueueDeclarations(
  value: unknown,
  source: string,
): readonly QueueDeclaration[] {
  const place = { key: 'queues', source, noun: 'queue' };
  const queues = parseEntries(value, place, 'a name', (entry, where) =>
    parseResource(entry, where, KEYS),
  );
  return refuseTwins(queues, 'Queue', source);
}

/**
 * Creates what is missing and gives existing queues the declared attributes and tags, so that the
 * file wins over what calls have changed since. What the file does not mention stays. Throws
 * StartRefused when SQS refuses a declaration.
 */
export async function declareQueues(
  queues: readonly QueueDeclaration[],
  call: Call,
): Promise<void> {
  for (const queue of queues) await told(nameOf(queue), () => createQueue(queue, call));
  for (const queue of queues) await told(nameOf(queue), () => updateQueue(queue, call));
}

const nameOf = ({ name, region }: QueueDeclaration): string => `queue ${name} (${region})`;

async function createQueue(queue: QueueDeclaration, call: Call): Promise<void> {
  const attributes = Object.fromEntries(
    Object.entries(queue.attributes).filter(([name]) => !NAMING_OTHERS.includes(name)),
  );
  try {
    await call('sqs', 'CreateQueue', { QueueName: queue.name, Attributes: attributes }, queue);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'QueueNameExists') throw error;
  }
}

async function updateQueue(queue: QueueDeclaration, call: Call): Promise<void> {
  const QueueUrl = queue.name;
  const input = { QueueUrl, AttributeNames: ['All'] };
  const answer = await call('sqs', 'GetQueueAttributes', input, queue);
  const current = (answer as { readonly Attributes?: Texts }).Attributes ?? {};
  const changed = changedAttributes(queue.attributes, current);
  if (changed.length > 0) {
    const Attributes = Object.fromEntries(changed);
    await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes }, queue);
  }
  if (Object.keys(queue.tags).length > 0) {
    await call('sqs', 'TagQueue', { QueueUrl, Tags: queue.tags }, queue);
  }
}
