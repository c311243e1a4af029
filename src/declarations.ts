/** Resources that exist once the server is ready, declared in waystation.yaml or by an embedder. */
import { AwsError } from './core/aws-error.ts';
import { nearest, StartRefused } from './options.ts';

/** One entry of `queues:` as people write it. */
export interface QueueInput {
  readonly name: string;
  /** SQS's settable attributes under AWS's names; an object stands for its JSON text. */
  readonly attributes?: { readonly [name: string]: string | number | boolean | object };
  readonly tags?: { readonly [key: string]: string | number | boolean };
  /** `us-east-1` unless given. */
  readonly region?: string;
  /** Twelve digits; `000000000000` unless given. */
  readonly account?: string;
}

export interface QueueDeclaration {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly tags: { readonly [key: string]: string };
  readonly region: string;
  readonly accountId: string;
}

const KEYS = ['name', 'attributes', 'tags', 'region', 'account'];

/** Attributes that name another queue, which may be declared further down. */
const NAMING_OTHERS = ['RedrivePolicy', 'RedriveAllowPolicy'];

/** The declarations under a `queues` key. Throws StartRefused with what is wrong, and where. */
export function parseQueueDeclarations(
  value: unknown,
  source: string,
): readonly QueueDeclaration[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw new StartRefused(`"queues" in ${source} must be a list of queues, each with a name.`);
  }
  const queues = value.map((entry, index) => parseQueue(entry, `queue ${index + 1} in ${source}`));
  const seen = new Set<string>();
  for (const queue of queues) {
    const address = `${queue.accountId}/${queue.region}/${queue.name}`;
    if (seen.has(address)) throw new StartRefused(`Queue ${queue.name} is twice in ${source}.`);
    seen.add(address);
  }
  return queues;
}

function parseQueue(entry: unknown, where: string): QueueDeclaration {
  if (!isRecord(entry))
    throw new StartRefused(`${where} must have a name, such as "name: orders".`);
  for (const key of Object.keys(entry)) {
    if (KEYS.includes(key)) continue;
    const hint = `Did you mean ${nearest(key, KEYS) ?? KEYS.join(', ')}?`;
    throw new StartRefused(`Unknown key "${key}" of ${where}. ${hint}`);
  }
  const { name, region = 'us-east-1', account = '000000000000' } = entry;
  if (typeof name !== 'string' || name === '') {
    throw new StartRefused(`${where} must have a name, such as "name: orders".`);
  }
  if (typeof region !== 'string' || !/^[a-z0-9-]+$/.test(region)) {
    throw new StartRefused(`The region of ${where} must be a name such as us-east-1.`);
  }
  if (typeof account !== 'string' || !/^\d{12}$/.test(account)) {
    throw new StartRefused(`The account of ${where} must be twelve digits in quotes.`);
  }
  return {
    name,
    region,
    accountId: account,
    attributes: parseTexts(entry.attributes, `attributes of ${where}`, JSON.stringify),
    tags: parseTexts(entry.tags, `tags of ${where}`),
  };
}

function parseTexts(
  value: unknown,
  where: string,
  fromObject?: (value: object) => string,
): { readonly [name: string]: string } {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new StartRefused(`The ${where} must be names with values.`);
  const texts: { [name: string]: string } = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === null || item === undefined) {
      throw new StartRefused(`"${name}" among the ${where} must have a value.`);
    }
    if (typeof item !== 'object') texts[name] = String(item);
    else if (fromObject !== undefined) texts[name] = fromObject(item);
    else throw new StartRefused(`"${name}" among the ${where} must be a text.`);
  }
  return texts;
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Runs an SQS operation in an account and region; rejects with AwsError. */
export type CallSqs = (
  operation: string,
  input: object,
  owner: { readonly accountId: string; readonly region: string },
) => Promise<unknown>;

/**
 * Creates what is missing and gives existing queues the declared attributes and tags, so that the
 * file wins over what calls have changed since. What the file does not mention stays. Throws
 * StartRefused when SQS refuses a declaration.
 */
export async function declareQueues(
  queues: readonly QueueDeclaration[],
  call: CallSqs,
): Promise<void> {
  for (const queue of queues) await told(queue, () => createQueue(queue, call));
  for (const queue of queues) await told(queue, () => updateQueue(queue, call));
}

async function createQueue(queue: QueueDeclaration, call: CallSqs): Promise<void> {
  const attributes = Object.fromEntries(
    Object.entries(queue.attributes).filter(([name]) => !NAMING_OTHERS.includes(name)),
  );
  try {
    await call('CreateQueue', { QueueName: queue.name, Attributes: attributes }, queue);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'QueueNameExists') throw error;
  }
}

async function updateQueue(queue: QueueDeclaration, call: CallSqs): Promise<void> {
  const QueueUrl = queue.name;
  const answer = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }, queue);
  const current = (answer as { Attributes?: { readonly [name: string]: string } }).Attributes;
  const Attributes = Object.fromEntries(
    Object.entries(queue.attributes).filter(([name, value]) => current?.[name] !== value),
  );
  if (Object.keys(Attributes).length > 0) {
    await call('SetQueueAttributes', { QueueUrl, Attributes }, queue);
  }
  if (Object.keys(queue.tags).length > 0) {
    await call('TagQueue', { QueueUrl, Tags: queue.tags }, queue);
  }
}

/** Turns SQS's refusal into a sentence that names the queue. */
async function told(queue: QueueDeclaration, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new StartRefused(
      `The declared queue ${queue.name} (${queue.region}) was refused: ${error.message}`,
    );
  }
}
