/**
 * The rules of queues: creating, deleting, purging, changing and showing them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
import { ExpectedQueue, nameInArn } from './expected.ts';
import type { Input, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

const NAME_TAKEN_MS = 60_000;
const PURGE_INTERVAL_MS = 60_000;

export function auditCreate(
  scene: Scene,
  input: Input<'CreateQueue'>,
  outcome: Outcome<'CreateQueue'>,
): void {
  const { world, nowMs } = scene;
  const { QueueName: name, Attributes: attributes = {} } = input;
  const existing = world.queues.get(name);
  const refusals: (string | undefined)[] = [];
  if (existing !== undefined) {
    const same = Object.entries(attributes).every(
      ([attribute, value]) => existing.attributes[attribute] === value,
    );
    if (!same) refusals.push('QueueNameExists');
  } else {
    if ((world.namesTakenUntilMs.get(name) ?? 0) > nowMs) refusals.push('QueueDeletedRecently');
    if (lacksTarget(scene, attributes)) refusals.push('InvalidParameterValue');
  }
  if (refusals.length === 0) refusals.push(undefined);
  scene.expectError(outcome.error, ...refusals);
  if (outcome.error !== undefined || existing !== undefined) return;
  const [created] = scene.take('queue');
  scene.check(created?.name === name, 'creates the queue');
  world.queues.set(name, new ExpectedQueue(name, created?.key ?? '', attributes));
}

export function auditSet(
  scene: Scene,
  queue: ExpectedQueue,
  input: Input<'SetQueueAttributes'>,
  outcome: Outcome<'SetQueueAttributes'>,
): void {
  const refusal = lacksTarget(scene, input.Attributes) ? 'InvalidParameterValue' : undefined;
  scene.expectError(outcome.error, refusal);
  if (outcome.error !== undefined) return;
  const { nowMs } = scene;
  const expired = queue.messages.filter((message) => queue.isExpired(message, nowMs));
  const delayMsBefore = queue.milliseconds('DelaySeconds');
  const attributes: { [name: string]: string } = { ...queue.attributes, ...input.Attributes };
  if (attributes.RedrivePolicy === '') delete attributes.RedrivePolicy;
  queue.attributes = attributes;
  for (const message of expired) message.revived = true;
  const delayMs = queue.milliseconds('DelaySeconds');
  if (!queue.fifo || delayMs === delayMsBefore) return;
  scene.announce(queue, queue.messages.length + 1);
  for (const message of queue.messages) {
    const stillMatters = message.enqueuedAtMs > nowMs - Math.max(delayMs, delayMsBefore);
    if (message.receives > 0 || !stillMatters) continue;
    message.visibleAtMs = message.enqueuedAtMs + delayMs;
  }
}

function lacksTarget(scene: Scene, attributes: { readonly [name: string]: string }): boolean {
  const { RedrivePolicy: text = '' } = attributes;
  if (text === '') return false;
  const { deadLetterTargetArn } = JSON.parse(text) as { readonly deadLetterTargetArn: string };
  return !scene.world.queues.has(nameInArn(deadLetterTargetArn));
}

export function auditDeleteQueue(
  scene: Scene,
  queue: ExpectedQueue,
  _input: Input<'DeleteQueue'>,
  { error }: Outcome<'DeleteQueue'>,
): void {
  scene.expectError(error, undefined);
  if (error !== undefined) return;
  scene.world.queues.delete(queue.name);
  scene.world.namesTakenUntilMs.set(queue.name, scene.nowMs + NAME_TAKEN_MS);
}

export function auditPurge(
  scene: Scene,
  queue: ExpectedQueue,
  _input: Input<'PurgeQueue'>,
  { error }: Outcome<'PurgeQueue'>,
): void {
  const isTooEarly = queue.purgeableAtMs > scene.nowMs;
  scene.expectError(error, isTooEarly ? 'PurgeQueueInProgress' : undefined);
  if (error !== undefined) return;
  queue.messages = [];
  queue.purgeableAtMs = scene.nowMs + PURGE_INTERVAL_MS;
}

export function auditAttributes(
  scene: Scene,
  queue: ExpectedQueue,
  _input: Input<'GetQueueAttributes'>,
  outcome: Outcome<'GetQueueAttributes'>,
): void {
  scene.expectError(outcome.error, undefined);
  if (outcome.output === undefined) return;
  const { visible, inFlight, delayed } = queue.counts(scene.nowMs);
  const expected: { [name: string]: string } = {
    ...queue.attributes,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  for (const [name, value] of Object.entries(expected)) {
    const shown = outcome.output.Attributes?.[name];
    scene.check(shown === value, `${name} is ${shown}, not ${value}`);
  }
}
