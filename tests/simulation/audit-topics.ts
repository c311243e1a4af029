/**
 * The rules of topics and subscriptions: creating, changing and removing them.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
import { nameInArn } from './expected.ts';
import { ExpectedTopic, topicArn } from './expected-topics.ts';
import type { Input, Outcome } from './record.ts';
import type { Scene } from './scene.ts';

/** What a subscription has where nobody said anything. */
const FALLBACKS: { readonly [name: string]: string } = {
  RawMessageDelivery: 'false',
  FilterPolicyScope: 'MessageAttributes',
};

export function auditCreateTopic(
  scene: Scene,
  { Name: name, Attributes: attributes = {} }: Input<'CreateTopic'>,
  { error, output }: Outcome<'CreateTopic'>,
): void {
  // The clients always create a topic with the same attributes, which is a success.
  scene.expectError(error, undefined);
  if (output === undefined) return;
  const arn = topicArn(name);
  scene.check(output.TopicArn === arn, 'answers the ARN of the topic');
  const { topics } = scene.world;
  if (topics.at(arn) === undefined) topics.add(new ExpectedTopic(name, attributes));
}

export function auditDeleteTopic(
  scene: Scene,
  { TopicArn }: Input<'DeleteTopic'>,
  { error }: Outcome<'DeleteTopic'>,
): void {
  scene.expectError(error, undefined);
  const topic = scene.world.topics.at(TopicArn);
  if (error === undefined && topic !== undefined) scene.world.topics.remove(topic);
}

export function auditSubscribe(
  scene: Scene,
  { TopicArn, Endpoint = '', Attributes: attributes = {} }: Input<'Subscribe'>,
  { error, output }: Outcome<'Subscribe'>,
): void {
  const topic = scene.world.topics.at(TopicArn);
  if (topic === undefined) {
    scene.expectError(error, 'NotFoundException');
    return;
  }
  const queueName = nameInArn(Endpoint);
  const existing = topic.subscribers.find((one) => one.queueName === queueName);
  const isSame = Object.entries(attributes).every(
    ([name, value]) => (existing?.attributes[name] ?? FALLBACKS[name] ?? '') === value,
  );
  const isRefused = existing !== undefined && !isSame;
  scene.expectError(error, isRefused ? 'InvalidParameterException' : undefined);
  if (output === undefined) return;
  const { SubscriptionArn: arn = '' } = output;
  if (existing !== undefined) {
    scene.check(arn === existing.arn, 'answers the subscription that is there');
    return;
  }
  scene.check(arn.startsWith(`${TopicArn}:`), 'answers the ARN of the subscription');
  scene.check(scene.world.topics.find(arn) === undefined, 'makes a subscription of its own');
  topic.subscribers.push({ arn, queueName, attributes });
}

export function auditSetSubscription(
  scene: Scene,
  { SubscriptionArn, AttributeName: name, AttributeValue }: Input<'SetSubscriptionAttributes'>,
  { error }: Outcome<'SetSubscriptionAttributes'>,
): void {
  const found = scene.world.topics.find(SubscriptionArn);
  scene.expectError(error, found === undefined ? 'NotFoundException' : undefined);
  if (error !== undefined || found === undefined) return;
  const { subscriber } = found;
  const { [name]: _, ...others } = subscriber.attributes;
  subscriber.attributes = AttributeValue ? { ...others, [name]: AttributeValue } : others;
}

export function auditUnsubscribe(
  scene: Scene,
  { SubscriptionArn }: Input<'Unsubscribe'>,
  { error }: Outcome<'Unsubscribe'>,
): void {
  scene.expectError(error, undefined);
  const found = scene.world.topics.find(SubscriptionArn);
  if (error !== undefined || found === undefined) return;
  const { topic, subscriber } = found;
  topic.subscribers = topic.subscribers.filter((one) => one !== subscriber);
}
