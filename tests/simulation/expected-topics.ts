/**
 * What must be there of topics: who subscribes, what is remembered, and which messages are still on
 * their way to whom. Slow and simple on purpose; nothing in here is shared with the product.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-topics.html
 */

/** All topics of the simulation live in one account and region. */
export const topicArn = (name: string): string => `arn:aws:sns:us-east-1:000000000000:${name}`;

export interface Subscriber {
  readonly arn: string;
  readonly queueName: string;
  attributes: { readonly [name: string]: string };
}

/** An accepted message of which some deliveries are to come, or may have been impossible. */
export interface Publication {
  readonly id: string;
  readonly topic: ExpectedTopic;
  readonly text: string;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly attributeCount: number;
  readonly publishedAtMs: number;
  awaited: Awaited[];
  /** Something of it is stored for later. */
  underway: boolean;
}

/** A subscriber that matched at the publish, and has not got the message yet. */
interface Awaited {
  readonly subscriber: Subscriber;
  /** At some step nobody would have taken it: no queue, or it was a duplicate there. */
  excused: boolean;
}

export class ExpectedTopic {
  readonly name: string;
  readonly fifo: boolean;
  readonly attributes: { readonly [name: string]: string };
  subscribers: Subscriber[] = [];
  /** Accepted messages by deduplication id. */
  readonly remembered = new Map<
    string,
    { readonly id: string; readonly sequenceNumber: string; readonly untilMs: number }
  >();
  lastSequenceNumber = '';
  /** The latest sequence number that arrived, by queue and group. */
  readonly arrivals = new Map<string, string>();

  constructor(name: string, attributes: { readonly [name: string]: string }) {
    this.name = name;
    this.fifo = name.endsWith('.fifo');
    this.attributes = attributes;
  }
}

export class Topics {
  readonly #byArn = new Map<string, ExpectedTopic>();
  /** Messages that are stored for later, by id. */
  readonly underway = new Map<string, Publication>();

  at(arn: string): ExpectedTopic | undefined {
    return this.#byArn.get(arn);
  }

  get all(): ExpectedTopic[] {
    return [...this.#byArn.values()];
  }

  add(topic: ExpectedTopic): void {
    this.#byArn.set(topicArn(topic.name), topic);
  }

  /** Takes a topic out with its subscribers: nobody gets anything from it any more. */
  remove(topic: ExpectedTopic): void {
    this.#byArn.delete(topicArn(topic.name));
    topic.subscribers = [];
  }

  /** The subscriber behind an ARN, and its topic. */
  find(arn: string): { topic: ExpectedTopic; subscriber: Subscriber } | undefined {
    for (const topic of this.#byArn.values()) {
      const subscriber = topic.subscribers.find((one) => one.arn === arn);
      if (subscriber !== undefined) return { topic, subscriber };
    }
    return undefined;
  }
}
