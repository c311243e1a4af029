/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
import type { Context } from '../../../core/context.ts';
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { withArchive } from '../archive.ts';
import type { TopicAddress } from '../arn.ts';
import { hasProtectionPolicy, withProtectionPolicy } from '../data-protection.ts';
import { invalid } from '../errors.ts';
import { attributeMap, type Tag, tagList } from '../shapes.ts';
import { withTags } from '../tags.ts';
import { findTopic, type Topic, topicArn, topicKey } from '../topic.ts';
import {
  type Attributes,
  hasAttributes,
  isSettable,
  problemOfAttribute,
  withAttribute,
} from '../topic-attributes.ts';

const STANDARD_NAME = /^[A-Za-z0-9_-]{1,256}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,256}\.fifo$/;

export const CreateTopic = operation({
  name: 'CreateTopic',
  input: structure({
    Name: required(string()),
    Attributes: attributeMap,
    Tags: tagList,
    DataProtectionPolicy: string(),
  }),
  output: structure({ TopicArn: string() }),
  errors: [
    'AuthorizationErrorException',
    'ConcurrentAccessException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'StaleTagException',
    'TagLimitExceededException',
    'TagPolicyException',
    'TopicLimitExceededException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const address: TopicAddress = { accountId, region, name: input.Name };
    const { FifoTopic = 'false', ...attributes } = input.Attributes ?? {};
    const fifo = readFifo(FifoTopic);
    if (!(fifo ? FIFO_NAME : STANDARD_NAME).test(input.Name)) throw invalid('Topic Name');
    checkAttributes(attributes, fifo);
    const existing = (await findTopic(address, context))?.value;
    if (existing === undefined) await create(context, address, fifo, input);
    else checkSame(existing, input);
    return { TopicArn: topicArn(address) };
  },
});

const refuse = (problem: string): Error => invalid(`Attributes Reason: ${problem}`);

function readFifo(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw refuse(`FifoTopic: Invalid value [${value}]. Must be true or false.`);
}

function checkAttributes(attributes: Attributes, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!isSettable(name)) throw refuse(`Unknown attribute ${name}`);
    const problem = problemOfAttribute(name, value, fifo);
    if (problem !== undefined) throw refuse(problem);
  }
}

/** What a topic is asked to be. */
interface Wanted {
  readonly Attributes?: Attributes;
  readonly Tags?: readonly Tag[];
  readonly DataProtectionPolicy?: string;
}

/** Creating a topic again is a success as long as nothing asked for differs. */
function checkSame(topic: Topic, input: Wanted): void {
  const { Attributes: attributes = {}, Tags: tags, DataProtectionPolicy: policy } = input;
  const isProtectedSo = policy === undefined || hasProtectionPolicy(topic, policy);
  if (!hasAttributes(topic, attributes) || !isProtectedSo) {
    throw refuse('Topic already exists with different attributes');
  }
  const isSame =
    tags === undefined ||
    (tags.length === Object.keys(topic.tags).length &&
      tags.every(({ Key, Value }) => topic.tags[Key] === Value));
  if (!isSame) throw invalid('Tags Reason: Topic already exists with different tags');
}

async function create(
  context: Context,
  address: TopicAddress,
  fifo: boolean,
  input: Wanted,
): Promise<void> {
  const { FifoTopic: _, ...supplied } = input.Attributes ?? {};
  let attributes: Attributes = {};
  for (const [name, value] of Object.entries(supplied)) {
    attributes = withAttribute(attributes, name, value);
  }
  const unprotected = await withArchive(context, {
    topicId: context.env.uuid(),
    ...address,
    fifo,
    createdAtMs: context.nowMs,
    attributes,
    tags: withTags({}, input.Tags ?? []),
    subscriptionsVersion: context.env.uuid(),
    confirmed: 0,
    pending: 0,
    deleted: 0,
  });
  const topic = withProtectionPolicy(unprotected, input.DataProtectionPolicy ?? '');
  await context.tx.documents.put(topicKey(address), topic, { expectedVersion: 0 });
}
