/**
 * What the clients do: requests picked by chance from what clients can know, which is what they
 * were told. Few queues, few groups and short times, so that calls get in each other's way.
 */
import { queueArn } from './expected.ts';
import type { Random } from './random.ts';
import type { Call, ClientRequest, Input, Output } from './record.ts';
import { TopicWorkload } from './topic-workload.ts';

/** A queue that the clients know of. */
export interface Plan {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly groups: readonly (string | undefined)[];
}

interface KnownHandle {
  readonly name: string;
  readonly handle: string;
}

/** How many seeds have topics. */
const WITH_TOPICS = 0.4;
const HANDLES_KEPT = 40;
const REQUESTS_REPEATED = 10;

const redriveTo = (name: string, receivesMax: number): string =>
  JSON.stringify({ deadLetterTargetArn: queueArn(name), maxReceiveCount: receivesMax });

const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

export class Workload {
  readonly #random: Random;
  readonly plans: readonly Plan[];
  readonly topics: TopicWorkload | undefined;
  readonly #choices: readonly (readonly [number, (plan: Plan) => ClientRequest | undefined])[];
  /** How many of the receives wait, and how many on FIFO queues have an attempt id. */
  readonly #waiting: number;
  readonly #attempting: number;
  /** How many messages their consumers see to, instead of leaving them to chance. */
  readonly #diligence: number;
  /** How many messages on standard queues have a delay of their own. */
  readonly #delaying: number;
  #handles: KnownHandle[] = [];
  /** Sends and receives that a client may repeat, above all when it never heard the outcome. */
  #repeatable: ClientRequest[] = [];
  #taskHandles: string[] = [];
  /** What consumers are about to do with what they have received. */
  readonly #due: ClientRequest[] = [];
  #bodies = 0;

  /** Topics have a chance of their own, so that they leave other seeds as they are. */
  constructor(random: Random, topicRandom: Random) {
    this.#random = random;
    this.topics = topicRandom.chance(WITH_TOPICS) ? new TopicWorkload(topicRandom) : undefined;
    this.plans = [...this.#makePlans(), ...(this.topics?.plans ?? [])];
    this.#choices = [[10, (plan) => this.#receive(plan)], ...this.#likings()];
    this.#waiting = random.pick([0.1, 0.5, 0.9, 1]);
    this.#attempting = random.pick([0, 0.3, 0.8]);
    this.#delaying = random.pick([0.1, 0.5]);
    this.#diligence = random.pick([0, 0.3, 0.8]);
  }

  // ---------------------------------------------------------------- queues

  #makePlans(): Plan[] {
    const random = this.#random;
    const kinds = random.weighted([
      [4, ['standard']],
      [3, ['fifo']],
      [2, ['standard', 'fifo']],
    ]);
    return kinds.flatMap((kind) => this.#makePair(kind === 'fifo' ? '.fifo' : ''));
  }

  /** A queue, the one for its dead letters, and now and then one for those of that one. */
  #makePair(suffix: string): Plan[] {
    const random = this.#random;
    const fifo = suffix !== '';
    const plain = random.chance(0.6) ? [undefined] : [undefined, 'a', 'b'];
    const groups = fifo ? ['a', 'b', 'c'].slice(0, 1 + random.below(3)) : plain;
    const perGroup = { DeduplicationScope: 'messageGroup' };
    const grave: Plan = {
      name: `grave${suffix}`,
      attributes: fifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {},
      groups,
    };
    const isChained = random.chance(0.3);
    const dead: Plan = {
      ...grave,
      name: `dead${suffix}`,
      attributes: {
        ...grave.attributes,
        ...(isChained && { RedrivePolicy: redriveTo(grave.name, 1 + random.below(2)) }),
        ...(random.chance(0.3) && { MessageRetentionPeriod: String(random.pick([60, 120])) }),
      },
    };
    const work: Plan = {
      name: `work${suffix}`,
      attributes: {
        ...(fifo && { FifoQueue: 'true' }),
        ...(fifo && random.chance(0.5) && { ContentBasedDeduplication: 'true' }),
        ...(fifo && random.chance(0.5) && perGroup),
        ...(random.chance(0.8) && {
          RedrivePolicy: redriveTo(dead.name, 1 + random.below(3)),
        }),
        ...(random.chance(0.3) && { DelaySeconds: String(random.pick([1, 5, 30])) }),
        ...(random.chance(0.4) && { MessageRetentionPeriod: String(random.pick([60, 120, 600])) }),
        ...(random.chance(0.5) && { VisibilityTimeout: String(random.pick([0, 1, 5, 90])) }),
        ...(random.chance(0.3) && { ReceiveMessageWaitTimeSeconds: '3' }),
      },
      groups,
    };
    return isChained ? [grave, dead, work] : [dead, work];
  }

  /** What happens before everything else. */
  get openings(): ClientRequest[] {
    return [...this.plans.map((plan) => this.creation(plan)), ...(this.topics?.openings ?? [])];
  }

  creation({ name, attributes }: Plan): ClientRequest {
    return { operation: 'CreateQueue', input: { QueueName: name, Attributes: attributes } };
  }

  // ---------------------------------------------------------------- the next request

  next(): ClientRequest {
    const [due] = this.#random.chance(0.4) ? this.#due.splice(0, 1) : [];
    if (due !== undefined) return due;
    const aboutTopics = this.topics?.next();
    if (aboutTopics !== undefined) return aboutTopics;
    const plan = this.#random.pick(this.plans);
    const make = this.#random.weighted(this.#choices);
    return make(plan) ?? this.#receive(plan);
  }

  /**
   * Each seed has likings of its own: what would drown among everything else is common in some.
   */
  #likings(): (readonly [number, (plan: Plan) => ClientRequest | undefined])[] {
    const weights: (readonly [number, (plan: Plan) => ClientRequest | undefined])[] = [
      [20, (plan) => this.#send(plan)],
      [6, (plan) => this.#sendBatch(plan)],
      [30, (plan) => this.#receive(plan)],
      [10, (plan) => this.#crowd(plan)],
      [12, () => this.#delete()],
      [4, () => this.#deleteBatch()],
      [8, () => this.#changeVisibility()],
      [2, () => this.#changeVisibilityBatch()],
      [4, () => this.#repeat()],
      [4, (plan) => this.#set(plan)],
      [4, (plan) => this.show(plan)],
      [1, (plan) => this.#purge(plan)],
      [1, (plan) => this.#deleteQueue(plan)],
      [2, (plan) => this.creation(plan)],
      [4, (plan) => this.#startTask(plan)],
      [1, () => this.#cancelTask()],
      [1, (plan) => this.listTasks(plan)],
    ];
    return weights.map(([weight, make]) => [weight * this.#random.pick([0, 1, 2, 2, 8]), make]);
  }

  #send(plan: Plan): ClientRequest {
    const input = { QueueUrl: plan.name, ...this.#message(plan) };
    return { operation: 'SendMessage', input };
  }

  #sendBatch(plan: Plan): ClientRequest {
    const entries = Array.from({ length: 1 + this.#random.below(10) }, (_, index) => ({
      Id: `e${index}`,
      ...this.#message(plan),
    }));
    return { operation: 'SendMessageBatch', input: { QueueUrl: plan.name, Entries: entries } };
  }

  #message(plan: Plan): Omit<Input<'SendMessage'>, 'QueueUrl'> {
    const random = this.#random;
    const group = random.pick(plan.groups);
    const message = {
      MessageBody: `body ${random.chance(0.2) ? random.below(4) : this.#nextBody()}`,
      ...(group !== undefined && { MessageGroupId: group }),
    };
    if (!plan.name.endsWith('.fifo')) {
      return random.chance(this.#delaying)
        ? { ...message, DelaySeconds: random.pick([0, 1, 2, 4]) }
        : message;
    }
    const isContentBased = plan.attributes.ContentBasedDeduplication === 'true';
    if (isContentBased ? random.chance(0.6) : random.chance(0.03)) return message;
    const id = random.chance(0.25) ? random.below(4) : this.#nextBody();
    return { ...message, MessageDeduplicationId: `id-${id}` };
  }

  #nextBody(): number {
    this.#bodies += 1;
    return 100 + this.#bodies;
  }

  /** A client that did not hear an answer, or lost it, asks again in the same words. */
  #repeat(): ClientRequest | undefined {
    return this.#repeatable.length === 0 ? undefined : this.#random.pick(this.#repeatable);
  }

  #receive(plan: Plan): ClientRequest {
    const random = this.#random;
    const fifo = plan.name.endsWith('.fifo');
    return {
      operation: 'ReceiveMessage',
      input: {
        QueueUrl: plan.name,
        MessageSystemAttributeNames: ['All'],
        MaxNumberOfMessages: random.pick([1, 1, 2, 3, 10]),
        ...(random.chance(0.5) && {
          VisibilityTimeout: random.pick([0, 1, 2, 10, 60, 600, 43_200]),
        }),
        ...(random.chance(0.9) && { WaitTimeSeconds: this.#waitSeconds() }),
        ...(fifo &&
          random.chance(this.#attempting) && { ReceiveRequestAttemptId: `try-${random.below(3)}` }),
      },
    };
  }

  /** Several patient receivers on one queue. */
  #crowd(plan: Plan): ClientRequest {
    const patient = (): ClientRequest => ({
      operation: 'ReceiveMessage',
      input: {
        QueueUrl: plan.name,
        MessageSystemAttributeNames: ['All'],
        MaxNumberOfMessages: this.#random.pick([1, 1, 2]),
        WaitTimeSeconds: 20,
      },
    });
    this.#due.push(patient(), patient(), patient());
    return patient();
  }

  #waitSeconds(): number {
    return this.#random.chance(this.#waiting) ? this.#random.pick([1, 5, 20, 20, 20]) : 0;
  }

  #handle(): KnownHandle | undefined {
    const handles = this.#handles;
    if (handles.length === 0) return undefined;
    // Mostly a recent one: older ones have often run out.
    return this.#random.chance(0.7)
      ? handles[handles.length - 1 - this.#random.below(Math.min(handles.length, 6))]
      : this.#random.pick(handles);
  }

  #delete(): ClientRequest | undefined {
    const known = this.#handle();
    if (known === undefined) return undefined;
    const input = { QueueUrl: known.name, ReceiptHandle: known.handle };
    return { operation: 'DeleteMessage', input };
  }

  /** Some handles of one queue, and now and then one of another. */
  #entries(): { readonly name: string; readonly entries: { Id: string; ReceiptHandle: string }[] } {
    const name = this.#handle()?.name ?? '';
    const own = this.#handles.filter((known) => known.name === name || this.#random.chance(0.05));
    const entries = own
      .slice(-10)
      .filter(() => this.#random.chance(0.6))
      .map(({ handle }, index) => ({ Id: `e${index}`, ReceiptHandle: handle }));
    return { name, entries };
  }

  #seeTo({ name, handle }: KnownHandle): ClientRequest {
    const input = { QueueUrl: name, ReceiptHandle: handle };
    if (this.#random.chance(0.8)) return { operation: 'DeleteMessage', input };
    const VisibilityTimeout = this.#visibilitySeconds();
    return { operation: 'ChangeMessageVisibility', input: { ...input, VisibilityTimeout } };
  }

  #deleteBatch(): ClientRequest | undefined {
    const { name, entries } = this.#entries();
    if (entries.length === 0) return undefined;
    return { operation: 'DeleteMessageBatch', input: { QueueUrl: name, Entries: entries } };
  }

  #changeVisibility(): ClientRequest | undefined {
    const known = this.#handle();
    if (known === undefined) return undefined;
    const VisibilityTimeout = this.#visibilitySeconds();
    const input = { QueueUrl: known.name, ReceiptHandle: known.handle, VisibilityTimeout };
    return { operation: 'ChangeMessageVisibility', input };
  }

  #changeVisibilityBatch(): ClientRequest | undefined {
    const { name, entries } = this.#entries();
    if (entries.length === 0) return undefined;
    const Entries = entries.map((entry) => ({
      ...entry,
      VisibilityTimeout: this.#visibilitySeconds(),
    }));
    return { operation: 'ChangeMessageVisibilityBatch', input: { QueueUrl: name, Entries } };
  }

  #visibilitySeconds(): number {
    return this.#random.pick([0, 0, 0, 1, 3, 20, 43_199, 43_200]);
  }

  #set(plan: Plan): ClientRequest {
    const random = this.#random;
    const dead = plan.name.replace('work', 'dead');
    const attributes = random.weighted<{ [name: string]: string }>([
      [3, { MessageRetentionPeriod: String(random.pick([60, 60, 300, 345_600])) }],
      [4, { DelaySeconds: String(random.pick([0, 0, 1, 10, 30])) }],
      [1, { VisibilityTimeout: String(random.pick([0, 2, 30])) }],
      [1, { ReceiveMessageWaitTimeSeconds: String(random.pick([0, 2])) }],
      [2, dead === plan.name ? {} : { RedrivePolicy: redriveTo(dead, 1 + random.below(3)) }],
      [1, dead === plan.name ? {} : { RedrivePolicy: '' }],
    ]);
    return {
      operation: 'SetQueueAttributes',
      input: { QueueUrl: plan.name, Attributes: attributes },
    };
  }

  show(plan: Plan): ClientRequest {
    const input = { QueueUrl: plan.name, AttributeNames: ['All'] };
    return { operation: 'GetQueueAttributes', input };
  }

  #purge(plan: Plan): ClientRequest {
    return { operation: 'PurgeQueue', input: { QueueUrl: plan.name } };
  }

  #deleteQueue(plan: Plan): ClientRequest | undefined {
    if (this.#random.chance(0.5)) return undefined;
    return { operation: 'DeleteQueue', input: { QueueUrl: plan.name } };
  }

  #startTask(plan: Plan): ClientRequest {
    const random = this.#random;
    const source = random.chance(0.9) ? plan.name.replace('work', 'dead') : plan.name;
    const destination = random.pick(this.plans).name;
    return {
      operation: 'StartMessageMoveTask',
      input: {
        SourceArn: queueArn(source),
        ...(random.chance(0.4) && { DestinationArn: queueArn(destination) }),
        ...(random.chance(0.4) && { MaxNumberOfMessagesPerSecond: random.pick([1, 2, 5]) }),
      },
    };
  }

  #cancelTask(): ClientRequest | undefined {
    if (this.#taskHandles.length === 0) return undefined;
    const TaskHandle = this.#random.pick(this.#taskHandles.slice(-3));
    return { operation: 'CancelMessageMoveTask', input: { TaskHandle } };
  }

  listTasks(plan: Plan): ClientRequest {
    const input = { SourceArn: queueArn(plan.name), MaxResults: 10 };
    return { operation: 'ListMessageMoveTasks', input };
  }

  // ---------------------------------------------------------------- what clients remember

  /** A client has read an answer. */
  heard(call: Call, output: unknown): void {
    const { request } = call;
    if (request.operation === 'ReceiveMessage') {
      const { Messages = [] } = output as Output<'ReceiveMessage'>;
      for (const { ReceiptHandle: handle = '' } of Messages) {
        const known = { name: nameOf(request.input.QueueUrl), handle };
        this.#handles.push(known);
        if (this.#random.chance(this.#diligence)) this.#due.push(this.#seeTo(known));
      }
      this.#handles = this.#handles.slice(-HANDLES_KEPT);
    }
    this.topics?.heard(call, output);
    if (request.operation === 'StartMessageMoveTask') {
      this.#taskHandles.push((output as Output<'StartMessageMoveTask'>).TaskHandle ?? '');
    }
    if (this.#random.chance(0.1)) this.#mayRepeat(request);
  }

  /** A client does not know what came of its request. */
  unheard({ request }: Call): void {
    this.#mayRepeat(request);
  }

  #mayRepeat(request: ClientRequest): void {
    this.#repeatable = [...this.#repeatable, request].slice(-REQUESTS_REPEATED);
  }
}
