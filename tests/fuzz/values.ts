/**
 * Inputs of operations, from their shapes: most fit, so that what comes after validation is met
 * too; some members are something else, missing or unknown.
 */
import type { Shape, StructureShape } from '../../src/schema/shapes.ts';
import type { Random } from '../simulation/random.ts';
import type { Harvest } from './harvest.ts';
import {
  ACCOUNT,
  anything,
  documentText,
  jsonText,
  oddNumber,
  oddText,
  POLLUTING,
  QUEUES,
  queueArn,
  REGION,
  randomText,
  TOPICS,
  topicArn,
} from './texts.ts';

type Draw = (random: Random, harvest: Harvest) => unknown;

const oneOf =
  (...items: readonly unknown[]): Draw =>
  (random) =>
    random.pick(items);

const harvested =
  (name: string, otherwise: Draw): Draw =>
  (random, harvest) =>
    harvest.value(random, name) ?? otherwise(random, harvest);

const aQueueArn: Draw = (random) => queueArn(random.pick(QUEUES));
const aTopicArn: Draw = (random) => topicArn(random.pick(TOPICS));
const aQueueUrl: Draw = (random) => {
  const name = random.pick(QUEUES);
  return random.pick([name, `http://localhost:1/${ACCOUNT}/${name}`, `/${ACCOUNT}/${name}`]);
};
const seconds = oneOf('0', '1', '30', '43200', '1209600');
const truth = oneOf('true', 'false', 'True');
const text: Draw = (random) => randomText(random, 1 + random.below(40));
const phoneNumber = oneOf('+15555550100', '+447700900000', '+1', '15555550100');
const aPlatform = `arn:aws:sns:${REGION}:${ACCOUNT}:app/GCM/app`;

/** Values of attributes; the names are what maps and pairs of name and value are made of. */
const ATTRIBUTES: { readonly [name: string]: Draw } = {
  ArchivePolicy: oneOf('{"MessageRetentionPeriod":"30"}', '{}'),
  ContentBasedDeduplication: truth,
  CustomUserData: text,
  DataProtectionPolicy: documentText,
  DeduplicationScope: oneOf('queue', 'messageGroup'),
  DefaultSMSType: oneOf('Promotional', 'Transactional'),
  DelaySeconds: seconds,
  DeliveryPolicy: documentText,
  DisplayName: text,
  Enabled: truth,
  EventDeliveryFailure: aTopicArn,
  FifoQueue: truth,
  FifoThroughputLimit: oneOf('perQueue', 'perMessageGroupId'),
  FifoThroughputScope: oneOf('Topic', 'MessageGroup'),
  FifoTopic: truth,
  FilterPolicy: documentText,
  FilterPolicyScope: oneOf('MessageAttributes', 'MessageBody'),
  KmsMasterKeyId: oneOf('alias/aws/sqs', ''),
  MaximumMessageSize: oneOf('1024', '1048576'),
  MessageRetentionPeriod: seconds,
  MonthlySpendLimit: oneOf('1', '1e9'),
  PlatformCredential: text,
  PlatformPrincipal: text,
  Policy: documentText,
  RawMessageDelivery: truth,
  ReceiveMessageWaitTimeSeconds: oneOf('0', '1'),
  RedriveAllowPolicy: documentText,
  RedrivePolicy: documentText,
  ReplayPolicy: oneOf('{"PointType":"Timestamp","StartingPoint":"2026-01-01T00:00:00Z"}', '{}'),
  SignatureVersion: oneOf('1', '2'),
  SqsManagedSseEnabled: truth,
  SubscriptionRoleArn: oneOf('arn:aws:iam::000000000000:role/a'),
  Token: text,
  TracingConfig: oneOf('PassThrough', 'Active'),
  VisibilityTimeout: seconds,
};
const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES);

const attributeName: Draw = (random) =>
  random.chance(0.1)
    ? random.pick(['All', 'ApproximateNumberOfMessages', 'SentTimestamp', 'SenderId'])
    : random.pick(ATTRIBUTE_NAMES);
const attributeValue: Draw = (random, harvest) =>
  ATTRIBUTES[random.pick(ATTRIBUTE_NAMES)]?.(random, harvest);

/** What a member is likely to hold where its name says more than its shape. */
const BY_NAME: { readonly [name: string]: Draw } = {
  ActionName: oneOf('SendMessage', 'Publish', '*'),
  ActionNames: oneOf('SendMessage', 'Publish', '*'),
  Actions: oneOf('SendMessage', 'ReceiveMessage', '*'),
  AttributeName: attributeName,
  AttributeNames: attributeName,
  AttributeValue: attributeValue,
  AWSAccountIds: oneOf(ACCOUNT, '111111111111'),
  BinaryValue: oneOf('AAECAw==', '', 'QQ=='),
  DataProtectionPolicy: documentText,
  DataType: oneOf('String', 'Number', 'Binary', 'String.Array', 'Number.int', 'String'),
  DestinationArn: aQueueArn,
  Endpoint: (random) =>
    random.chance(0.6)
      ? queueArn(random.pick(QUEUES))
      : random.pick(['http://127.0.0.1:1/', 'a@b.example', '+15555550100']),
  EndpointArn: harvested('EndpointArn', text),
  Id: (random) => random.pick('abcdefgh'.split('')),
  Label: oneOf('a', 'b', 'c'),
  Message: (random) => (random.chance(0.4) ? documentText(random) : randomText(random, 20)),
  MessageBody: text,
  MessageDeduplicationId: oneOf('d1', 'd2', 'd3'),
  MessageGroupId: oneOf('g1', 'g2'),
  MessageStructure: oneOf('json', 'json', 'text'),
  MessageSystemAttributeNames: oneOf('All', 'SentTimestamp', 'SenderId'),
  Name: oneOf(...TOPICS, 'new', 'new.fifo', 'app'),
  NextToken: harvested('NextToken', oneOf('', 'a')),
  PhoneNumber: phoneNumber,
  phoneNumber,
  Platform: oneOf('GCM', 'APNS', 'ADM'),
  PlatformApplicationArn: harvested('PlatformApplicationArn', oneOf(aPlatform)),
  Protocol: oneOf('sqs', 'sqs', 'sqs', 'http', 'email', 'sms', 'lambda', 'application'),
  QueueName: oneOf(...QUEUES, 'new', 'new.fifo'),
  QueueUrl: aQueueUrl,
  ReceiptHandle: harvested('ReceiptHandle', oddText),
  ReceiveRequestAttemptId: oneOf('a', 'b'),
  ResourceArn: aTopicArn,
  SourceArn: aQueueArn,
  StringValue: oneOf('a', '1', '1e5', '["a",1,null]', '-0.5'),
  SubscriptionArn: harvested('SubscriptionArn', text),
  TargetArn: (random, harvest) =>
    (random.chance(0.3) ? harvest.value(random, 'EndpointArn') : undefined) ??
    topicArn(random.pick(TOPICS)),
  TaskHandle: harvested('TaskHandle', text),
  Token: harvested('Token', text),
  TopicArn: aTopicArn,
  VisibilityTimeout: oneOf(0, 0, 1, 30, 43_200),
  WaitTimeSeconds: oneOf(0, 0, 0, 1, 20),
};

/** A value of a member with this name, or of an entry in it. */
function memberValue(random: Random, harvest: Harvest, shape: Shape, name: string): unknown {
  const usual = BY_NAME[name];
  const isPlain = shape.type !== 'list' && shape.type !== 'map' && shape.type !== 'structure';
  if (usual !== undefined && isPlain && !random.chance(0.04)) return usual(random, harvest);
  if (random.chance(0.02)) return anything(random);
  switch (shape.type) {
    case 'structure':
      return structureOf(random, harvest, shape);
    case 'list': {
      const count = random.chance(0.05) ? 9 + random.below(4) : 1 + random.below(3);
      return Array.from({ length: random.chance(0.05) ? 0 : count }, () =>
        memberValue(random, harvest, shape.member, name),
      );
    }
    case 'map':
      return mapOf(random, harvest, shape.value, name);
    case 'string':
      if (shape.enum !== undefined && random.chance(0.8)) return random.pick(shape.enum);
      return random.chance(0.5) ? randomText(random, 1 + random.below(20)) : oddText(random);
    case 'integer':
    case 'long':
    case 'double':
      return random.chance(0.8) ? random.below(11) : oddNumber(random);
    case 'boolean':
      return random.chance(0.5);
    case 'blob':
      return random.chance(0.7) ? 'AAECAw==' : oddText(random);
    case 'timestamp':
      return oddNumber(random);
  }
}

function mapOf(random: Random, harvest: Harvest, value: Shape, name: string): object {
  const isOfAttributes = value.type === 'string' && /attributes/i.test(name);
  const count = random.below(4);
  return Object.fromEntries(
    Array.from({ length: count }, (): [string, unknown] => {
      const known = random.pick(ATTRIBUTE_NAMES);
      if (isOfAttributes && random.chance(0.9))
        return [known, ATTRIBUTES[known]?.(random, harvest)];
      const key = random.chance(0.8) ? random.pick(['a', 'b', 'AWSTraceHeader']) : oddText(random);
      return [key, memberValue(random, harvest, value, '')];
    }),
  );
}

/** An input or a part of one: usually with what is required, sometimes with what is not. */
export function structureOf(random: Random, harvest: Harvest, shape: StructureShape): object {
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(shape.members)) {
    const isThere = random.chance(member.required ? 0.98 : LIKELY.has(name) ? 0.6 : 0.2);
    if (isThere) members.push([name, memberValue(random, harvest, member, name)]);
  }
  if (random.chance(0.03)) {
    const name = random.chance(0.5) ? random.pick(POLLUTING) : oddText(random);
    members.push([name, anything(random)]);
  }
  // Unlike an assignment, this makes `__proto__` a member like any other.
  return Object.fromEntries(members);
}

/** Optional to the shape, but without them little happens. */
const LIKELY = new Set(['DataType', 'MessageGroupId', 'StringValue', 'TopicArn', 'Endpoint']);

/** The same tree with one place changed, so that what is wrong with it is one thing. */
export function mutated(random: Random, value: unknown): unknown {
  const isTree = typeof value === 'object' && value !== null;
  const keys = isTree ? Object.keys(value) : [];
  if (keys.length === 0 || random.chance(0.3)) return mutatedHere(random, value);
  const chosen = random.pick(keys);
  const entries = Object.entries(value as object).map(([key, item]): [string, unknown] =>
    key === chosen ? [key, mutated(random, item)] : [key, item],
  );
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function mutatedHere(random: Random, value: unknown): unknown {
  switch (random.below(8)) {
    case 0:
      return [value];
    case 1:
      return { a: value };
    case 2:
      return Array.from({ length: 1 + random.below(30) }, () => value);
    case 3:
      return typeof value === 'string' ? value.repeat(1 + random.below(300)) : jsonText(value);
    case 4:
      return typeof value === 'string' ? Number(value) : null;
    case 5:
      return typeof value === 'object' ? { ...value, [oddText(random)]: anything(random) } : -1;
    case 6:
      return typeof value === 'string' ? spliced(random, value) : oddNumber(random);
    default:
      return anything(random);
  }
}

function spliced(random: Random, given: string): string {
  const at = random.below(given.length + 1);
  return given.slice(0, at) + oddText(random) + given.slice(at + random.below(4));
}
