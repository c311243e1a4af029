/**
 * The rules of publishing: every subscription whose filter matched when the message was accepted
 * gets it once, in its queue or in its dead-letter queue, and nobody else gets it. That holds from
 * the publish through all later steps of a fan-out. Whoever unsubscribes gets nothing more.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 */
import { createHash } from 'node:crypto';
import { decodeMessage } from '../../src/services/sqs/message.ts';
import type { Timer } from '../../src/storage/port.ts';
import { keep, sendKeyOf } from './audit-messages.ts';
import { type ExpectedQueue, nameInArn } from './expected.ts';
import {
  type ExpectedTopic,
  type Publication,
  type Subscriber,
  topicArn,
} from './expected-topics.ts';
import { isWanted } from './filters.ts';
import type { EffectOf, Input, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

const DEDUPLICATION_MS = 300_000;
/** A queue takes no more of them with a raw message. */
const RAW_ATTRIBUTES_MAX = 10;

type Entry = Omit<Input<'PublishBatch'>['PublishBatchRequestEntries'][number], 'Id'>;
interface Told {
  readonly MessageId?: string;
  readonly SequenceNumber?: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function auditPublish(
  scene: Scene,
  input: Input<'Publish'>,
  { error, output }: Outcome<'Publish'>,
): void {
  const topic = scene.world.topics.at(input.TopicArn ?? '');
  scene.expectError(error, refusal(topic, [input]));
  if (output === undefined || topic === undefined) return;
  arrive(scene, accept(scene, topic, input, output));
}

export function auditPublishBatch(
  scene: Scene,
  input: Input<'PublishBatch'>,
  { error, output }: Outcome<'PublishBatch'>,
): void {
  const topic = scene.world.topics.at(input.TopicArn);
  const { PublishBatchRequestEntries: entries } = input;
  scene.expectError(error, refusal(topic, entries));
  if (output === undefined || topic === undefined) return;
  const { Successful = [] } = output;
  const ids = entries.map(({ Id }) => Id);
  scene.check(Successful.map(({ Id }) => Id).join() === ids.join(), 'accepts every entry');
  const accepted = entries.flatMap((entry, index) =>
    accept(scene, topic, entry, Successful[index] ?? {}),
  );
  arrive(scene, accepted);
}

function refusal(topic: ExpectedTopic | undefined, entries: readonly Entry[]): string | undefined {
  if (topic === undefined) return 'NotFoundException';
  if (!topic.fifo) return undefined;
  const isContentBased = topic.attributes.ContentBasedDeduplication === 'true';
  const isGood = entries.every(
    ({ MessageGroupId: group, MessageDeduplicationId: id }) =>
      group !== undefined && (isContentBased || id !== undefined),
  );
  return isGood ? undefined : 'InvalidParameterException';
}

/** What comes of an entry: a message on its way, or nothing where it is a duplicate. */
function accept(scene: Scene, topic: ExpectedTopic, entry: Entry, told: Told): Publication[] {
  const { nowMs, world } = scene;
  const { MessageId: id = '', SequenceNumber: sequenceNumber } = told;
  const { Message: text, MessageGroupId: group, MessageDeduplicationId: givenId } = entry;
  if (topic.fifo) {
    const scope = topic.attributes.FifoThroughputScope === 'MessageGroup' ? group : '';
    const key = JSON.stringify([scope, givenId ?? sha256(text)]);
    const first = topic.remembered.get(key);
    if (first !== undefined && first.untilMs > nowMs) {
      scene.check(id === first.id, 'answers a duplicate with the first id');
      scene.check(sequenceNumber === first.sequenceNumber, 'and with its sequence number');
      return [];
    }
    const number = sequenceNumber ?? '';
    scene.check(number > topic.lastSequenceNumber, 'sequence numbers of a topic grow');
    topic.lastSequenceNumber = number;
    const untilMs = nowMs + DEDUPLICATION_MS;
    topic.remembered.set(key, { id, sequenceNumber: number, untilMs });
  }
  scene.check(!world.ids.has(id), 'gives each message an id of its own');
  world.ids.add(id);
  const { MessageAttributes: attributes = {} } = entry;
  const n = attributes.n?.StringValue;
  const values = { kind: attributes.kind?.StringValue, n: n === undefined ? n : Number(n) };
  const wanting = topic.subscribers.filter((subscriber) =>
    isWanted(subscriber.attributes, { attributes: values, text }),
  );
  const publication: Publication = {
    id,
    topic,
    text,
    group,
    deduplicationId: givenId,
    sequenceNumber,
    attributeCount: Object.keys(attributes).length,
    publishedAtMs: nowMs,
    awaited: wanting.map((subscriber) => ({ subscriber, excused: false })),
    underway: false,
  };
  return [publication];
}

/** The first step: what is not delivered with the publish itself is stored for later. */
function arrive(scene: Scene, publications: readonly Publication[]): void {
  const { underway } = scene.world.topics;
  for (const { messageId } of scene.take('fan-out begins')) {
    const publication = publications.find(({ id }) => id === messageId);
    scene.check(publication !== undefined, `keeps ${messageId}, which nobody published`);
    if (publication === undefined) continue;
    publication.underway = true;
    underway.set(messageId, publication);
  }
  deliver(scene, publications);
}

/** A later step. */
export function auditFanOut(scene: Scene, timer: Timer): void {
  const { messageId } = timer.payload as { readonly messageId: string };
  const { underway } = scene.world.topics;
  const publication = underway.get(messageId);
  scene.check(publication !== undefined, `goes on with ${messageId}, which is over`);
  if (publication === undefined) return;
  for (const ended of scene.take('fan-out ends')) {
    scene.check(ended.messageId === messageId, 'ends the fan-out of another message');
    publication.underway = false;
    underway.delete(messageId);
  }
  deliver(scene, [publication]);
}

// ---------------------------------------------------------------- deliveries

function deliver(scene: Scene, publications: readonly Publication[]): void {
  for (const publication of publications) {
    const { subscribers } = publication.topic;
    publication.awaited = publication.awaited.filter((one) => subscribers.includes(one.subscriber));
  }
  for (const stored of scene.take('append')) arriveAt(scene, publications, stored);
  for (const publication of publications) {
    for (const one of publication.awaited) {
      one.excused ||= isLost(scene, publication, one.subscriber);
      const isDue = publication.underway || one.excused;
      scene.check(isDue, `${publication.id} does not reach ${one.subscriber.arn}`);
    }
  }
}

/** Something was stored in a queue: exactly one subscriber must have waited for it. */
function arriveAt(
  scene: Scene,
  publications: readonly Publication[],
  stored: EffectOf<'append'>,
): void {
  const arrived = decodeMessage(stored.payload);
  for (const publication of publications) {
    for (const [index, { subscriber }] of publication.awaited.entries()) {
      const { queue, dead = false } = destinationOf(scene, publication, subscriber) ?? {};
      if (queue?.key !== stored.queue) continue;
      const ids = idsFor(publication, queue, dead);
      const hasIds =
        arrived.groupId === ids.group && arrived.deduplicationId === ids.deduplicationId;
      if (!hasIds || !isFor(publication, subscriber, arrived.body)) continue;
      publication.awaited.splice(index, 1);
      if (queue.fifo) checkOrder(scene, publication, queue);
      keep(scene, queue, stored, {
        id: arrived.messageId,
        body: arrived.body,
        ...ids,
        delayMs: queue.milliseconds('DelaySeconds'),
        sequenceNumber: undefined,
      });
      return;
    }
  }
  const { name } = scene.world.byKey(stored.queue) ?? {};
  scene.check(false, `puts into ${name} what nobody waits for: ${JSON.stringify(arrived)}`);
}

/** A group of a FIFO topic arrives at a FIFO queue in the order of its sequence numbers. */
function checkOrder(scene: Scene, publication: Publication, queue: ExpectedQueue): void {
  const { topic, group, sequenceNumber } = publication;
  if (sequenceNumber === undefined) return;
  const key = JSON.stringify([queue.key, group]);
  const before = topic.arrivals.get(key) ?? '';
  // Dead letters of several subscriptions may come into one queue.
  scene.check(sequenceNumber >= before, `group ${group} arrives at ${queue.name} out of order`);
  topic.arrivals.set(key, sequenceNumber);
}

/** Where a message for a subscriber goes at this moment; nowhere when nobody takes it. */
function destinationOf(
  { world }: Scene,
  publication: Publication,
  { queueName, attributes }: Subscriber,
): { readonly queue: ExpectedQueue; readonly dead: boolean } | undefined {
  const queue = world.queues.get(queueName);
  const isTooMuch =
    attributes.RawMessageDelivery === 'true' && publication.attributeCount > RAW_ATTRIBUTES_MAX;
  if (queue !== undefined && !isTooMuch) return { queue, dead: false };
  if (attributes.RedrivePolicy === undefined) return undefined;
  const { deadLetterTargetArn } = JSON.parse(attributes.RedrivePolicy) as {
    readonly deadLetterTargetArn: string;
  };
  const deadLetterQueue = world.queues.get(nameInArn(deadLetterTargetArn));
  return deadLetterQueue && { queue: deadLetterQueue, dead: true };
}

function isLost(scene: Scene, publication: Publication, subscriber: Subscriber): boolean {
  const destination = destinationOf(scene, publication, subscriber);
  if (destination === undefined) return true;
  const { queue, dead } = destination;
  if (!queue.fifo) return false;
  const { group, deduplicationId = '' } = idsFor(publication, queue, dead);
  return queue.rememberedSend(sendKeyOf(queue, group, deduplicationId), scene.nowMs) !== undefined;
}

function idsFor(
  { topic, group, id, deduplicationId, text }: Publication,
  queue: ExpectedQueue,
  dead: boolean,
): { readonly group: string | undefined; readonly deduplicationId: string | undefined } {
  if (queue.fifo) {
    return { group: group ?? id, deduplicationId: deduplicationId ?? sha256(text) };
  }
  return { group: topic.fifo || dead ? undefined : group, deduplicationId: undefined };
}

/** Whether the body is what this subscriber gets. */
function isFor(publication: Publication, { attributes, arn }: Subscriber, body: string): boolean {
  const { id, text, topic, sequenceNumber, attributeCount } = publication;
  const isRaw = attributes.RawMessageDelivery === 'true' && attributeCount <= RAW_ATTRIBUTES_MAX;
  if (isRaw) return body === text;
  if (!body.startsWith('{"Type":"Notification"')) return false;
  const envelope = JSON.parse(body) as { readonly [member: string]: unknown };
  return (
    envelope.MessageId === id &&
    envelope.TopicArn === topicArn(topic.name) &&
    envelope.Message === text &&
    envelope.SequenceNumber === sequenceNumber &&
    String(envelope.UnsubscribeURL).endsWith(`=${arn}`)
  );
}
