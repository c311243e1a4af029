/**
 * What a topic's data protection policy does to a message on its way to each subscriber, which
 * depends on the principal that subscribed.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-operations.html
 */
import type { Context } from '../../core/context.ts';
import type { Examination } from '../../data-protection/examination.ts';
import { logImmediate } from '../../delivery/attempt-log.ts';
import { appliesTo, deidentified, examinations, isDenied, policyOf } from './data-protection.ts';
import type { Statement } from './data-protection-policy.ts';
import { aboutOf } from './delivery-about.ts';
import { formsOf, type MessageForms } from './envelope.ts';
import { type Notification, textFor } from './notification.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

/** A message as a subscriber gets it. */
export interface View {
  readonly notification: Notification;
  readonly forms: MessageForms;
}

/** Undefined where the topic's policy has nothing to say of what is delivered. */
export function outboundProtection(
  context: Context,
  topic: Topic,
  published: View,
): OutboundProtection | undefined {
  if (topic.dataProtectionPolicy === undefined) return undefined;
  const { outbound } = policyOf(topic.dataProtectionPolicy);
  return outbound.length === 0
    ? undefined
    : new OutboundProtection(context, topic, published, outbound);
}

export class OutboundProtection {
  readonly #context: Context;
  readonly #topic: Topic;
  readonly #published: View;
  readonly #statements: readonly Statement[];
  readonly #examined: (text: string) => Examination = examinations();
  /** By the statements that apply, so that many subscribers share a view. */
  readonly #views = new Map<string, View>();

  constructor(context: Context, topic: Topic, published: View, statements: readonly Statement[]) {
    this.#context = context;
    this.#topic = topic;
    this.#published = published;
    this.#statements = statements;
  }

  /** What a subscriber gets; undefined, and a record in the log of attempts, where nothing. */
  async viewOf(subscription: Subscription, isSigned: boolean): Promise<View | undefined> {
    const { principal, protocol } = subscription;
    const applying = this.#statements.filter((statement) => appliesTo(statement, principal));
    const text = textFor(this.#published.notification, protocol);
    if (!isDenied(applying, this.#examined(text))) return this.#deidentified(applying, isSigned);
    await this.#logDenied(subscription);
    return undefined;
  }

  async #deidentified(applying: readonly Statement[], isSigned: boolean): Promise<View> {
    const key = applying.map((statement) => this.#statements.indexOf(statement)).join();
    let view = this.#views.get(key);
    if (view === undefined) {
      view = await this.#makeView(applying, isSigned);
      this.#views.set(key, view);
    }
    return view;
  }

  async #makeView(applying: readonly Statement[], isSigned: boolean): Promise<View> {
    const { notification } = this.#published;
    const texts = deidentified(notification, applying, this.#examined);
    if (texts === notification) return this.#published;
    const seen = { ...notification, ...texts };
    return {
      notification: seen,
      forms: await formsOf(this.#context, this.#topic, seen, isSigned),
    };
  }

  /** Its dead-letter queue is the subscriber's too, so it does not get the message either. */
  async #logDenied(subscription: Subscription): Promise<void> {
    const { tx, env } = this.#context;
    const { notification, forms } = this.#published;
    const denied = {
      deliveryId: env.uuid(),
      target: { kind: 'immediate', endpoint: subscription.endpoint },
      about: aboutOf(this.#topic, notification, subscription, forms),
    } as const;
    const providerResponse =
      "The topic's data protection policy prohibits this message from being delivered to " +
      subscription.arn;
    await logImmediate(tx, denied, { result: 'refused', statusCode: 403, providerResponse }, 0);
  }
}
