/** A source queue, its dead-letter queue and messages there, for the tests of move tasks. */
import { createHash } from 'node:crypto';
import { sqs } from '../../../src/services/sqs/index.ts';
import { decodeMessage, encodeMessage, type Message } from '../../../src/services/sqs/message.ts';
import { type Queue, queueKey, queueRef } from '../../../src/services/sqs/queue.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import type { Entry, EntryPhase } from '../../../src/storage/port.ts';
import { defaultCaller, ServiceHarness } from '../../support/service.ts';

export const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

export interface StoredMessage extends Message {
  readonly entry: Entry;
}

export class DeadLetterScene {
  readonly harness = new ServiceHarness(sqs, sqsTasks);
  /** `.fifo` in a FIFO scene. */
  readonly suffix: string;
  readonly source: string;
  readonly dlq: string;

  private constructor(suffix: string) {
    this.suffix = suffix;
    this.source = `orders${suffix}`;
    this.dlq = `orders-dlq${suffix}`;
  }

  static async open(suffix: '' | '.fifo' = ''): Promise<DeadLetterScene> {
    const scene = new DeadLetterScene(suffix);
    await scene.createQueue(scene.dlq);
    await scene.createQueue(scene.source, {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: arnOf(scene.dlq),
        maxReceiveCount: 1,
      }),
    });
    return scene;
  }

  async createQueue(name: string, attributes: { [name: string]: string } = {}): Promise<void> {
    const Attributes = { ...(name.endsWith('.fifo') && { FifoQueue: 'true' }), ...attributes };
    await this.harness.call('CreateQueue', { QueueName: name, Attributes });
  }

  async queue(name: string): Promise<Queue> {
    const { accountId, region } = defaultCaller;
    const key = queueKey({ accountId, region, name });
    const document = await this.harness.store.transact((tx) => tx.documents.get<Queue>(key));
    if (document === undefined) throw new Error(`no queue ${name}`);
    return document.value;
  }

  /** Puts messages into a queue as a dead-letter move from the source queue leaves them. */
  async fill(
    name: string,
    bodies: readonly string[],
    details: Partial<Message> = {},
    group?: string,
  ): Promise<void> {
    const ref = queueRef(await this.queue(name));
    const nowMs = this.harness.clock.nowMs();
    const groupId = group ?? (ref.ordered ? 'g' : undefined);
    const entries = bodies.map((body) => {
      const messageId = this.harness.env.uuid();
      return {
        payload: encodeMessage({
          messageId,
          body,
          bodyMd5: createHash('md5').update(body).digest('hex'),
          sentAtMs: nowMs,
          senderId: 'AIDASENDER',
          deadLetterSourceArn: arnOf(this.source),
          receivesBefore: 1,
          ...(groupId !== undefined && { groupId }),
          ...(ref.ordered && { deduplicationId: messageId }),
          ...details,
        }),
        ...(groupId !== undefined && { group: groupId }),
        visibleAtMs: nowMs,
        enqueuedAtMs: nowMs,
      };
    });
    await this.harness.store.transact((tx) => tx.queues.append(ref, entries));
  }

  /** What a queue holds, in the order of its sequence. */
  async messages(name: string, phase?: EntryPhase): Promise<StoredMessage[]> {
    const ref = queueRef(await this.queue(name));
    const page = { limit: 10_000, ...(phase !== undefined && { phase }) };
    const entries = await this.harness.store.transact((tx) => tx.queues.peek(ref, page));
    return entries.map((entry) => ({ ...decodeMessage(entry.payload), entry }));
  }

  async bodies(name: string): Promise<string[]> {
    return (await this.messages(name)).map((message) => message.body);
  }

  /** Starts a task out of the dead-letter queue; answers its handle. */
  async start(input: object = {}): Promise<string> {
    const answer = await this.harness.call('StartMessageMoveTask', {
      SourceArn: arnOf(this.dlq),
      ...input,
    });
    return String(answer.TaskHandle);
  }

  /** The newest tasks, as ListMessageMoveTasks shows them. */
  async tasks(MaxResults = 10): Promise<Array<{ readonly [member: string]: unknown }>> {
    const SourceArn = arnOf(this.dlq);
    const answer = await this.harness.call('ListMessageMoveTasks', { SourceArn, MaxResults });
    return answer.Results as Array<{ readonly [member: string]: unknown }>;
  }

  /** Lets time pass second by second, and does what becomes due in each. */
  async pass(seconds: number): Promise<void> {
    await this.settle();
    for (let second = 0; second < seconds; second += 1) await this.harness.advance(1_000);
  }

  /** Does everything that is due now. */
  async settle(): Promise<void> {
    await this.harness.advance(0);
  }
}
