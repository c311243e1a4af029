/**
 * What the clients of a crash run do: every operation of SQS, chosen by chance, on queues that they
 * share and on queues of their own. Nothing is checked here; everything is written down.
 */
import { makeBody, readBody } from '../durability/ledger.ts';
import type { Answer, LoadClient } from '../durability/load-client.ts';
import type { Random } from '../simulation/random.ts';
import {
  type Call,
  type HandleEntry,
  nowMs,
  type Outcome,
  type SeenMessage,
  type SendEntry,
} from './history.ts';
import { arnOf, MOVES, QUEUES, type QueueSpec, specOf, TAGS, VISIBILITY } from './queues.ts';

/** Sends are repeated only while the server surely remembers the first. */
const REPEATED_MS_MAX = 200_000;
const BACKLOG_MAX = 120;
const GROUPS = 4;
const KEPT_MAX = 60;
const ABORTED = 0.015;
/** How many receives put everything back where that leads to the dead-letter queue. */
const FAILED = 0.6;
const ABORTED_MS_MAX = 30;
/** The timeouts that queues are given: each another one, up to the 12 hours that SQS allows. */
const SECONDS_MIN = 10;
const SECONDS_COUNT = 43_000;

interface Held {
  readonly queue: string;
  readonly token: string;
  readonly handle: string;
}

/** A send to a FIFO queue that may be repeated. */
interface Intent {
  readonly queue: string;
  readonly token: string;
  readonly body: string;
  readonly group: string;
  readonly deduplicationId: string | undefined;
  readonly beginMs: number;
}

/** What a client process remembers from one life of the server to the next. */
export class Memory {
  readonly client: number;
  readonly random: Random;
  readonly held: Held[] = [];
  /** Handles that were used or whose time is over. */
  readonly old: Held[] = [];
  readonly unanswered: Intent[] = [];
  readonly answered: Intent[] = [];
  /** Names of its own queues. */
  readonly own: string[] = [];
  readonly dropped: string[] = [];
  /** Receives to repeat in the same words, as SDKs do. */
  readonly attempts: RepeatableReceive[] = [];
  /** Roughly how many messages it has sent that nobody has deleted. */
  backlog = 0;
  #numbers = 0;

  constructor(client: number, random: Random) {
    this.client = client;
    this.random = random;
  }

  /** Purges and other clients take messages away, too. */
  lifeBegins(): void {
    this.backlog = Math.floor(this.backlog / 2);
  }

  number(): number {
    return this.#numbers++;
  }
}

/**
 * The request of a receive with an attempt id. One that was given up may reach the server behind
 * its repetition, and then sets the visibility timeout that it asks for.
 */
interface RepeatableReceive extends ReceiveRequest {
  readonly ReceiveRequestAttemptId: string;
}

interface ReceiveRequest {
  readonly QueueUrl: string;
  readonly MaxNumberOfMessages: number;
  readonly VisibilityTimeout: number;
  readonly WaitTimeSeconds: number;
  readonly ReceiveRequestAttemptId?: string;
}

/** Adds to a list that forgets. */
function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT_MAX) list.shift();
}

/** Takes one by chance. */
function takeOne<T>(list: T[], random: Random): T | undefined {
  return list.splice(random.below(list.length), 1)[0];
}

type Members = { readonly [member: string]: unknown };

/** An answer of the server, or that there was none. */
interface Heard {
  readonly beginMs: number;
  readonly endMs: number;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly aborted?: boolean;
  readonly body: Answer['body'];
}

type Written = [name: string, value: string | undefined, heard: Heard];

export class Worker {
  readonly #memory: Memory;
  readonly #client: LoadClient;
  readonly #connect: () => LoadClient;
  readonly #calls: Call[];
  #isOver = false;

  /** `connect` makes clients that share no connection. */
  constructor(memory: Memory, connect: () => LoadClient, calls: Call[]) {
    this.#memory = memory;
    this.#client = connect();
    this.#connect = connect;
    this.#calls = calls;
  }

  /** Works until the server is gone. */
  async run(): Promise<void> {
    while (!this.#isOver) await this.#step();
  }

  async #step(): Promise<void> {
    const { random, backlog } = this.#memory;
    const isFull = backlog > BACKLOG_MAX;
    const step = random.weighted<() => Promise<void>>([
      [isFull ? 3 : 28, () => this.#send()],
      [6, () => this.#repeat()],
      [30, () => this.#receive()],
      [16, () => this.#delete()],
      [6, () => this.#change()],
      [2, () => this.#write()],
      [2, () => this.#read()],
      [1, () => this.#purge()],
      [3, () => this.#create()],
      [1, () => this.#drop()],
      [1, () => this.#move()],
      [1, () => this.#look()],
    ]);
    await step();
  }

  async #ask(operation: string, input: Members): Promise<Heard> {
    const { random } = this.#memory;
    const isCut = random.chance(ABORTED);
    // On a connection of its own: a cut also takes back the answer that was read from it last.
    const client = isCut ? this.#connect() : this.#client;
    const scissors = new AbortController();
    const timer = isCut && setTimeout(() => scissors.abort(), random.below(ABORTED_MS_MAX));
    const beginMs = nowMs();
    const answer = await client.call(operation, input, isCut ? scissors.signal : undefined);
    const endMs = nowMs();
    if (timer) clearTimeout(timer);
    if (answer === undefined) {
      const { aborted } = scissors.signal;
      if (!aborted) this.#isOver = true;
      return { beginMs, endMs, outcome: 'unknown', aborted, body: {} };
    }
    if (answer.status === 200) return { beginMs, endMs, outcome: 'done', body: answer.body };
    const code = shortCode(String(answer.body.__type));
    return { beginMs, endMs, outcome: 'refused', code, body: {} };
  }

  /** What all calls have. */
  #facts({ body: _, ...facts }: Heard, queue: string) {
    return { client: this.#memory.client, queue, ...facts };
  }

  #queue(isSentTo: boolean): QueueSpec {
    const { random, own, dropped } = this.#memory;
    if (dropped.length > 0 && random.chance(0.004)) return specOf(random.pick(dropped));
    if (own.length > 0 && random.chance(0.2)) return specOf(random.pick(own));
    const isAny = !isSentTo && random.chance(0.4);
    return random.pick(QUEUES.filter((queue) => queue.isSentTo || isAny));
  }

  // ---------------------------------------------------------------- sending

  async #send(): Promise<void> {
    const { random } = this.#memory;
    const queue = this.#queue(true);
    const count = random.chance(0.6) ? 1 : 1 + random.below(5);
    const intents = Array.from({ length: count }, () => this.#intent(queue));
    const delays = intents.map(() => (!queue.fifo && random.chance(0.1) ? 1 : undefined));
    await this.#sendThese(queue, intents, delays);
  }

  #intent(queue: QueueSpec): Intent {
    const memory = this.#memory;
    const { random } = memory;
    const line = `c${memory.client}`;
    const number = memory.number();
    const bytes = random.chance(0.1) ? 4_000 + random.below(30_000) : random.below(800);
    const token = `${line}#${number}`;
    return {
      queue: queue.name,
      token,
      body: makeBody(line, number, bytes),
      group: `g${random.below(GROUPS)}`,
      deduplicationId: queue.fifo && !queue.contentBased ? `d-${token}` : undefined,
      beginMs: nowMs(),
    };
  }

  /** Sends again what was answered or not, or something else under the same deduplication id. */
  async #repeat(): Promise<void> {
    const memory = this.#memory;
    const { random } = memory;
    const list = random.chance(0.7) ? memory.unanswered : memory.answered;
    const intent = takeOne(list, random);
    if (intent === undefined || nowMs() - intent.beginMs > REPEATED_MS_MAX) return;
    const queue = specOf(intent.queue);
    const isTheft = intent.deduplicationId !== undefined && random.chance(0.2);
    if (isTheft) remember(list, intent);
    const { group, deduplicationId, beginMs } = intent;
    const other = { ...this.#intent(queue), group, deduplicationId, beginMs };
    await this.#sendThese(queue, [isTheft ? other : intent], [undefined]);
  }

  async #sendThese(
    queue: QueueSpec,
    intents: readonly Intent[],
    delays: readonly (number | undefined)[],
  ): Promise<void> {
    const memory = this.#memory;
    const inputs = intents.map((intent, i) => ({
      MessageBody: intent.body,
      ...(delays[i] !== undefined && { DelaySeconds: delays[i] }),
      ...(queue.fifo && { MessageGroupId: intent.group }),
      ...(intent.deduplicationId !== undefined && {
        MessageDeduplicationId: intent.deduplicationId,
      }),
    }));
    const isBatch = intents.length > 1 || memory.random.chance(0.2);
    const Entries = inputs.map((input, i) => ({ Id: String(i), ...input }));
    const heard = isBatch
      ? await this.#ask('SendMessageBatch', { QueueUrl: queue.name, Entries })
      : await this.#ask('SendMessage', { QueueUrl: queue.name, ...inputs[0] });
    const told = isBatch ? resultsOf(heard) : [heard.body];
    const entries = intents.map((intent, i): SendEntry => {
      const { token, group, deduplicationId } = intent;
      const { MessageId, SequenceNumber, Code } = told[i] ?? {};
      return {
        token,
        delaySeconds: delays[i] ?? queue.delaySeconds,
        ...(queue.fifo && { group, deduplicationId: deduplicationId ?? token }),
        outcome: heard.outcome === 'done' && Code !== undefined ? 'refused' : heard.outcome,
        ...(Code !== undefined && { code: shortCode(Code) }),
        ...(MessageId !== undefined && { id: MessageId }),
        ...(SequenceNumber !== undefined && { sequence: SequenceNumber }),
      };
    });
    this.#calls.push({ ...this.#facts(heard, queue.name), operation: 'send', entries });
    if (heard.outcome === 'done') memory.backlog += intents.length;
    if (!queue.fifo || heard.outcome === 'refused') return;
    const list = heard.outcome === 'done' ? memory.answered : memory.unanswered;
    for (const intent of intents) remember(list, intent);
  }

  // ---------------------------------------------------------------- receiving

  #newReceive(): ReceiveRequest {
    const memory = this.#memory;
    const { random } = memory;
    const queue = this.#queue(false);
    const mayRepeat = queue.fifo && random.chance(0.3);
    return {
      QueueUrl: queue.name,
      MaxNumberOfMessages: 1 + random.below(10),
      VisibilityTimeout: random.weighted([
        [1, 0],
        [12, 1],
        [6, 2],
        [2, 4],
      ]),
      WaitTimeSeconds: random.chance(0.3) ? 1 : 0,
      ...(mayRepeat && { ReceiveRequestAttemptId: `a${memory.client}-${memory.number()}` }),
    };
  }

  async #receive(): Promise<void> {
    const memory = this.#memory;
    const { random } = memory;
    const again = random.chance(0.5) ? takeOne(memory.attempts, random) : undefined;
    const request = again ?? this.#newReceive();
    const { QueueUrl, VisibilityTimeout, WaitTimeSeconds, ReceiveRequestAttemptId } = request;
    const queue = specOf(QueueUrl);
    const heard = await this.#ask('ReceiveMessage', {
      ...request,
      MessageSystemAttributeNames: ['All'],
    });
    const messages = ((heard.body.Messages ?? []) as WireMessage[]).map(seen);
    this.#calls.push({
      ...this.#facts(heard, queue.name),
      operation: 'receive',
      visibilitySeconds: VisibilityTimeout,
      waitSeconds: WaitTimeSeconds,
      ...(ReceiveRequestAttemptId !== undefined && { attempt: ReceiveRequestAttemptId }),
      messages,
    });
    if (heard.outcome === 'unknown' && ReceiveRequestAttemptId !== undefined) {
      remember(memory.attempts, { ...request, ReceiveRequestAttemptId });
    }
    const held = messages.flatMap(({ token, handle }) =>
      token === undefined ? [] : [{ queue: queue.name, token, handle }],
    );
    const fails = queue.receivesMax < Number.POSITIVE_INFINITY && random.chance(FAILED);
    if (fails && held.length > 0) await this.#changeThese(queue.name, held, 0);
    else if (random.chance(0.5)) await this.#deleteThese(queue.name, held);
    else for (const one of held) remember(memory.held, one);
  }

  /** Deletes one that it holds or held, or several of one queue. */
  async #delete(): Promise<void> {
    const { random, held, old } = this.#memory;
    const first = takeOne(random.chance(0.9) ? held : old, random);
    if (first === undefined) return;
    const more = random.chance(0.5) ? held.filter(({ queue }) => queue === first.queue) : [];
    const chosen = [first, ...more.slice(0, 9)];
    await this.#deleteThese(first.queue, chosen);
  }

  async #deleteThese(queue: string, chosen: readonly Held[]): Promise<void> {
    const [first] = chosen;
    if (first === undefined) return;
    const memory = this.#memory;
    this.#letGo(chosen);
    const isBatch = chosen.length > 1 || memory.random.chance(0.2);
    const Entries = chosen.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
    const heard = isBatch
      ? await this.#ask('DeleteMessageBatch', { QueueUrl: queue, Entries })
      : await this.#ask('DeleteMessage', { QueueUrl: queue, ReceiptHandle: first.handle });
    const entries = handleEntries(heard, chosen, isBatch);
    const facts = this.#facts(heard, queue);
    this.#calls.push({ ...facts, operation: 'delete', seconds: 0, entries });
    memory.backlog = Math.max(0, memory.backlog - chosen.length);
    for (const one of chosen) remember(memory.old, one);
  }

  async #change(): Promise<void> {
    const memory = this.#memory;
    const { random, held } = memory;
    const first = takeOne(held, random);
    if (first === undefined) return;
    const { queue } = first;
    const others = held.filter((one) => one.queue === queue);
    const more = random.chance(0.4) ? others.slice(0, 4) : [];
    await this.#changeThese(queue, [first, ...more], random.pick([0, 1, 3]));
  }

  async #changeThese(queue: string, chosen: readonly Held[], seconds: number): Promise<void> {
    const [first] = chosen;
    if (first === undefined) return;
    const memory = this.#memory;
    const { random, held } = memory;
    const isBatch = chosen.length > 1 || random.chance(0.2);
    this.#letGo(chosen);
    const Entries = chosen.map(({ handle }, i) => ({
      Id: String(i),
      ReceiptHandle: handle,
      VisibilityTimeout: seconds,
    }));
    const only = { ReceiptHandle: first.handle, VisibilityTimeout: seconds };
    const heard = isBatch
      ? await this.#ask('ChangeMessageVisibilityBatch', { QueueUrl: queue, Entries })
      : await this.#ask('ChangeMessageVisibility', { QueueUrl: queue, ...only });
    const entries = handleEntries(heard, chosen, isBatch);
    this.#calls.push({ ...this.#facts(heard, queue), operation: 'change', seconds, entries });
    // Some are left alone, so that it shows when they come back.
    const isLeft = seconds === 0 || random.chance(0.5);
    for (const one of chosen) remember(isLeft ? memory.old : held, one);
  }

  /** One call at a time uses a handle. */
  #letGo(chosen: readonly Held[]): void {
    const { held, old } = this.#memory;
    for (const { handle } of chosen) {
      for (const list of [held, old]) {
        const at = list.findIndex((one) => one.handle === handle);
        if (at >= 0) list.splice(at, 1);
      }
    }
  }

  // ---------------------------------------------------------------- queues

  async #write(): Promise<void> {
    const { random } = this.#memory;
    const { name: queue } = this.#queue(false);
    const [name, value, heard] = await random.weighted<() => Promise<Written>>([
      [2, () => this.#setAttribute(queue)],
      [2, () => this.#tag(queue)],
      [1, () => this.#untag(queue)],
    ])();
    this.#calls.push({ ...this.#facts(heard, queue), operation: 'write', name, value });
  }

  /** Receives name a timeout of their own, so that only reads tell this one. */
  async #setAttribute(QueueUrl: string): Promise<Written> {
    const value = String(SECONDS_MIN + (this.#memory.number() % SECONDS_COUNT));
    const Attributes = { [VISIBILITY]: value };
    return [VISIBILITY, value, await this.#ask('SetQueueAttributes', { QueueUrl, Attributes })];
  }

  async #tag(QueueUrl: string): Promise<Written> {
    const name = this.#memory.random.pick(TAGS);
    const value = `${this.#memory.client}-${this.#memory.number()}`;
    return [name, value, await this.#ask('TagQueue', { QueueUrl, Tags: { [name]: value } })];
  }

  async #untag(QueueUrl: string): Promise<Written> {
    const name = this.#memory.random.pick(TAGS);
    return [name, undefined, await this.#ask('UntagQueue', { QueueUrl, TagKeys: [name] })];
  }

  async #read(): Promise<void> {
    const { name: queue } = this.#queue(false);
    if (this.#memory.random.chance(0.5)) {
      const AttributeNames = [VISIBILITY];
      const heard = await this.#ask('GetQueueAttributes', { QueueUrl: queue, AttributeNames });
      const values = { [VISIBILITY]: heard.body.Attributes?.[VISIBILITY] };
      this.#calls.push({ ...this.#facts(heard, queue), operation: 'read', values });
    } else {
      const heard = await this.#ask('ListQueueTags', { QueueUrl: queue });
      const values = Object.fromEntries(TAGS.map((name) => [name, heard.body.Tags?.[name]]));
      this.#calls.push({ ...this.#facts(heard, queue), operation: 'read', values });
    }
  }

  async #purge(): Promise<void> {
    const { random, own } = this.#memory;
    const queue =
      own.length > 0 && random.chance(0.8) ? specOf(random.pick(own)) : this.#queue(false);
    const heard = await this.#ask('PurgeQueue', { QueueUrl: queue.name });
    this.#calls.push({ ...this.#facts(heard, queue.name), operation: 'purge' });
  }

  async #create(): Promise<void> {
    const memory = this.#memory;
    if (memory.own.length >= 3) return;
    const suffix = memory.random.chance(0.5) ? '.fifo' : '';
    const { name: queue, attributes } = specOf(`t${memory.client}-${memory.number()}${suffix}`);
    const heard = await this.#ask('CreateQueue', { QueueName: queue, Attributes: attributes });
    this.#calls.push({ ...this.#facts(heard, queue), operation: 'create' });
    if (heard.outcome !== 'refused') memory.own.push(queue);
  }

  async #drop(): Promise<void> {
    const { random, own, dropped } = this.#memory;
    const queue = takeOne(own, random);
    if (queue === undefined) return;
    const heard = await this.#ask('DeleteQueue', { QueueUrl: queue });
    this.#calls.push({ ...this.#facts(heard, queue), operation: 'drop' });
    remember(dropped, queue);
  }

  async #move(): Promise<void> {
    const { random } = this.#memory;
    const { source, to } = random.pick(MOVES);
    const rate = random.pick([undefined, 50, 200]);
    const heard = await this.#ask('StartMessageMoveTask', {
      SourceArn: arnOf(source),
      ...(to !== undefined && { DestinationArn: arnOf(to) }),
      ...(rate !== undefined && { MaxNumberOfMessagesPerSecond: rate }),
    });
    this.#calls.push({ ...this.#facts(heard, source), operation: 'start-task' });
    if (heard.outcome !== 'done' || random.chance(0.8)) return;
    const { TaskHandle } = heard.body;
    const end = await this.#ask('CancelMessageMoveTask', { TaskHandle });
    this.#calls.push({ ...this.#facts(end, source), operation: 'cancel-task' });
  }

  /** Calls that only look, for the company. */
  async #look(): Promise<void> {
    const { name } = this.#queue(false);
    await this.#memory.random.pick([
      () => this.#ask('ListQueues', {}),
      () => this.#ask('GetQueueUrl', { QueueName: name }),
      () => this.#ask('ListDeadLetterSourceQueues', { QueueUrl: name }),
      () => this.#ask('ListMessageMoveTasks', { SourceArn: arnOf(name) }),
    ])();
  }
}

interface WireMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: { readonly [name: string]: string };
}

export function seen({ MessageId, ReceiptHandle, Body, Attributes }: WireMessage): SeenMessage {
  const { SequenceNumber } = Attributes;
  return {
    token: tokenOf(Body),
    id: MessageId,
    handle: ReceiptHandle,
    count: Number(Attributes.ApproximateReceiveCount),
    ...(SequenceNumber !== undefined && { sequence: SequenceNumber }),
  };
}

/** The name of a body that is whole. */
export function tokenOf(body: string): string | undefined {
  const name = readBody(body);
  return name && `${name.line}#${name.number}`;
}

interface Told {
  readonly Id: string;
  readonly MessageId?: string;
  readonly SequenceNumber?: string;
  readonly Code?: string;
}

/** Without what stands before it: the namespace of a shape, or of a code of Query. */
const shortCode = (text: string): string => text.split(/[#.]/).at(-1) ?? '';

/** Why an entry failed; undefined: it did not. */
function codeOf(told: Told | undefined): string | undefined {
  if (told === undefined) return 'NoResult';
  return told.Code && shortCode(told.Code);
}

/** The results of a batch in the order of its entries. */
function resultsOf(heard: Heard): Told[] {
  const { Successful = [], Failed = [] } = heard.body;
  const results: Told[] = [];
  for (const told of [...Successful, ...Failed] as Told[]) results[Number(told.Id)] = told;
  return results;
}

function handleEntries(heard: Heard, chosen: readonly Held[], isBatch: boolean): HandleEntry[] {
  const told = isBatch ? resultsOf(heard) : [];
  return chosen.map(({ token, handle }, i): HandleEntry => {
    const batchCode = isBatch && heard.outcome === 'done' ? codeOf(told[i]) : undefined;
    const code = heard.code ?? batchCode;
    const isRefused = heard.outcome === 'done' && code !== undefined;
    const outcome = isRefused ? 'refused' : heard.outcome;
    return { token, handle, outcome, ...(code !== undefined && { code }) };
  });
}
