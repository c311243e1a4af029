/**
 * What clients do with topics. The queues that subscribe are few and known, so that publishes,
 * changes of subscriptions and the ends of topics and queues get in each other's way.
 */
import { nameInArn, queueArn } from './expected.ts';
import { topicArn } from './expected-topics.ts';
import { filters, KINDS, NUMBERS } from './filters.ts';
import type { Random } from './random.ts';
import type { Call, ClientRequest, Input, Output } from './record.ts';
import type { Plan } from './workload.ts';

interface TopicPlan {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly groups: readonly (string | undefined)[];
  /** Queues that may subscribe, and those for what they cannot take. */
  readonly queueNames: readonly string[];
  readonly deadLetterNames: readonly string[];
}

type Message = Omit<Input<'PublishBatch'>['PublishBatchRequestEntries'][number], 'Id'>;
type Attributes = { [name: string]: string };

const ARNS_KEPT = 12;
/** More attributes than a queue takes with a raw message. */
const TOO_MANY = 11;

const redriveTo = (name: string): string => JSON.stringify({ deadLetterTargetArn: queueArn(name) });

export class TopicWorkload {
  readonly #random: Random;
  readonly #topics: readonly TopicPlan[];
  readonly #choices: readonly (readonly [number, () => ClientRequest | undefined])[];
  /** How many of the calls are about topics. */
  readonly #share: number;
  readonly #filtering: number;
  /** The queues that exist for topics alone. */
  readonly plans: readonly Plan[];
  /** Subscriptions that one step of a fan-out serves. */
  readonly fanOutChunk: number;
  #arns: string[] = [];
  /** What follows the end of a topic. */
  readonly #due: ClientRequest[] = [];
  #messages = 0;

  constructor(random: Random) {
    this.#random = random;
    this.fanOutChunk = random.pick([1, 1, 2, 3]);
    this.#share = random.pick([0.2, 0.4, 0.7]);
    this.#filtering = random.pick([0, 0.3, 0.8]);
    const kinds = random.weighted([
      [4, ['']],
      [3, ['.fifo']],
      [2, ['', '.fifo']],
    ]);
    const made = kinds.map((suffix) => this.#makeTopic(suffix));
    this.#topics = made.map(({ topic }) => topic);
    this.plans = made.flatMap(({ plans }) => plans);
    this.#choices = this.#likings();
  }

  /** A topic, its queues, and one for dead letters. */
  #makeTopic(suffix: string): { topic: TopicPlan; plans: Plan[] } {
    const random = this.#random;
    const fifo = suffix !== '';
    const groups = fifo ? ['a', 'b'] : [undefined, undefined, 'a'];
    const kind = fifo ? 'row' : 'fan';
    const count = fifo ? 2 : 2 + random.below(5);
    const plans: Plan[] = [];
    for (let index = 0; index < count; index++) {
      plans.push({ name: `${kind}${index}${suffix}`, attributes: this.#queue(fifo), groups });
    }
    const dead: Plan = {
      name: `${kind}-dead${suffix}`,
      attributes: fifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {},
      groups,
    };
    // A FIFO topic has standard queues too, which are not in any order.
    if (fifo) plans.push({ name: `${kind}-plain`, attributes: {}, groups: [undefined] });
    const topic: TopicPlan = {
      name: `news${suffix}`,
      attributes: fifo
        ? {
            FifoTopic: 'true',
            ...(random.chance(0.5) && { ContentBasedDeduplication: 'true' }),
            ...(random.chance(0.5) && { FifoThroughputScope: 'MessageGroup' }),
          }
        : {},
      groups,
      // The last one does not exist.
      queueNames: [...plans.map(({ name }) => name), `${kind}-nowhere${suffix}`],
      deadLetterNames: [dead.name, dead.name, `${kind}-lost${suffix}`],
    };
    return { topic, plans: [...plans, dead] };
  }

  #queue(fifo: boolean): { [name: string]: string } {
    const random = this.#random;
    return {
      ...(fifo && { FifoQueue: 'true' }),
      ...(fifo && random.chance(0.5) && { DeduplicationScope: 'messageGroup' }),
      ...(random.chance(0.2) && { DelaySeconds: String(random.pick([1, 5])) }),
      ...(random.chance(0.2) && { MessageRetentionPeriod: String(random.pick([60, 600])) }),
    };
  }

  /** What happens before everything else. */
  get openings(): ClientRequest[] {
    return this.#topics.flatMap((topic) => [
      create(topic),
      ...topic.queueNames
        .filter(() => this.#random.chance(0.9))
        .map((queueName) => this.#subscription(topic, queueName)),
    ]);
  }

  // ---------------------------------------------------------------- the next request

  /** A request about a topic, unless it is another's turn. */
  next(): ClientRequest | undefined {
    const [due] = this.#random.chance(0.4) ? this.#due.splice(0, 1) : [];
    if (due !== undefined) return due;
    if (!this.#random.chance(this.#share)) return undefined;
    return this.#random.weighted(this.#choices)();
  }

  #likings(): (readonly [number, () => ClientRequest | undefined])[] {
    const weights: (readonly [number, () => ClientRequest | undefined])[] = [
      [5, () => this.#publishBatch()],
      [8, () => this.#subscribe()],
      [6, () => this.#set()],
      [4, () => this.#unsubscribe()],
      [2, () => create(this.#topic)],
      [1, () => this.#remove()],
    ];
    const own = weights.map(
      ([weight, make]) => [weight * this.#random.pick([0, 1, 2, 2, 6]), make] as const,
    );
    return [[20, () => this.#publish()], ...own];
  }

  /** Now and then the topic is made anew while its former subscriptions are still being removed. */
  #remove(): ClientRequest | undefined {
    const random = this.#random;
    if (random.chance(0.5)) return undefined;
    const topic = this.#topic;
    if (random.chance(0.7)) {
      const again = topic.queueNames.slice(0, 3).map((name) => this.#subscription(topic, name));
      this.#due.push(create(topic), ...again);
    }
    return { operation: 'DeleteTopic', input: { TopicArn: topicArn(topic.name) } };
  }

  get #topic(): TopicPlan {
    return this.#random.pick(this.#topics);
  }

  #publish(): ClientRequest {
    const topic = this.#topic;
    const input = { TopicArn: topicArn(topic.name), ...this.#message(topic) };
    return { operation: 'Publish', input };
  }

  #publishBatch(): ClientRequest {
    const topic = this.#topic;
    const PublishBatchRequestEntries = Array.from(
      { length: 1 + this.#random.below(6) },
      (_, index) => ({ Id: `e${index}`, ...this.#message(topic) }),
    );
    const TopicArn = topicArn(topic.name);
    return { operation: 'PublishBatch', input: { TopicArn, PublishBatchRequestEntries } };
  }

  #message(topic: TopicPlan): Message {
    const random = this.#random;
    const group = random.pick(topic.groups);
    const fifo = topic.name.endsWith('.fifo');
    const isContentBased = topic.attributes.ContentBasedDeduplication === 'true';
    const hasId = fifo && random.chance(isContentBased ? 0.3 : 0.97);
    return {
      Message: this.#text(fifo),
      ...(group !== undefined && !(fifo && random.chance(0.02)) && { MessageGroupId: group }),
      ...(hasId && {
        MessageDeduplicationId: `id-${random.chance(0.3) ? random.below(4) : this.#nextMessage()}`,
      }),
      ...(random.chance(0.7) && { MessageAttributes: this.#attributes() }),
    };
  }

  /** Texts are repeated only where that has a meaning: elsewhere nobody could tell them apart. */
  #text(fifo: boolean): string {
    const random = this.#random;
    const text = `news ${fifo && random.chance(0.2) ? random.below(4) : this.#nextMessage()}`;
    if (random.chance(0.5)) return text;
    return JSON.stringify({ text, kind: random.pick(KINDS), n: random.pick(NUMBERS) });
  }

  #attributes(): NonNullable<Message['MessageAttributes']> {
    const random = this.#random;
    const more = random.chance(0.05) ? TOO_MANY : 0;
    const padding = Array.from({ length: more }, (_, index) => [
      `more${index}`,
      { DataType: 'String', StringValue: 'x' },
    ]);
    return {
      ...(random.chance(0.8) && {
        kind: { DataType: 'String', StringValue: random.pick(KINDS) },
      }),
      ...(random.chance(0.5) && {
        n: { DataType: 'Number', StringValue: String(random.pick(NUMBERS)) },
      }),
      ...Object.fromEntries(padding),
    };
  }

  #nextMessage(): number {
    this.#messages += 1;
    return 100 + this.#messages;
  }

  #subscribe(): ClientRequest {
    const topic = this.#topic;
    return this.#subscription(topic, this.#random.pick(topic.queueNames));
  }

  #subscription(topic: TopicPlan, queueName: string): ClientRequest {
    const random = this.#random;
    const isFiltered = random.chance(this.#filtering);
    const attributes: Attributes = {
      ...(random.chance(0.5) && { RawMessageDelivery: random.pick(['true', 'true', 'false']) }),
      ...(isFiltered && { FilterPolicy: random.pick(filters).policy }),
      ...(isFiltered && random.chance(0.4) && { FilterPolicyScope: 'MessageBody' }),
      ...(random.chance(0.6) && { RedrivePolicy: redriveTo(this.#deadLetterName(queueName)) }),
    };
    return {
      operation: 'Subscribe',
      input: {
        TopicArn: topicArn(topic.name),
        Protocol: 'sqs',
        Endpoint: queueArn(queueName),
        ...(random.chance(0.9) && { Attributes: attributes }),
      },
    };
  }

  /** Of the same kind as the queue. */
  #deadLetterName(queueName: string): string {
    const fifo = queueName.endsWith('.fifo');
    const all = this.#topics.flatMap(({ deadLetterNames }) => deadLetterNames);
    const fitting = all.filter((name) => name.endsWith('.fifo') === fifo);
    return fitting.length === 0 ? queueName : this.#random.pick(fitting);
  }

  #set(): ClientRequest | undefined {
    const random = this.#random;
    if (this.#arns.length === 0) return undefined;
    const SubscriptionArn = random.pick(this.#arns);
    const fifo = nameInArn(SubscriptionArn.slice(0, SubscriptionArn.lastIndexOf(':')));
    const dead = fifo.endsWith('.fifo') ? 'row-dead.fifo' : 'fan-dead';
    const [AttributeName, AttributeValue] = random.weighted<[string, string]>([
      [5, ['FilterPolicy', random.pick(filters).policy]],
      [2, ['FilterPolicy', '']],
      [2, ['FilterPolicyScope', random.pick(['MessageBody', 'MessageAttributes'])]],
      [2, ['RawMessageDelivery', random.pick(['true', 'false'])]],
      [1, ['RedrivePolicy', redriveTo(dead)]],
      [1, ['RedrivePolicy', '']],
    ]);
    return {
      operation: 'SetSubscriptionAttributes',
      input: { SubscriptionArn, AttributeName, AttributeValue },
    };
  }

  #unsubscribe(): ClientRequest | undefined {
    if (this.#arns.length === 0) return undefined;
    const SubscriptionArn = this.#random.pick(this.#arns);
    return { operation: 'Unsubscribe', input: { SubscriptionArn } };
  }

  /** A client has read an answer. */
  heard({ request }: Call, output: unknown): void {
    if (request.operation !== 'Subscribe') return;
    const { SubscriptionArn = '' } = output as Output<'Subscribe'>;
    this.#arns = [...new Set([...this.#arns, SubscriptionArn])].slice(-ARNS_KEPT);
  }
}

const create = ({ name, attributes }: TopicPlan): ClientRequest => ({
  operation: 'CreateTopic',
  input: { Name: name, Attributes: attributes },
});
