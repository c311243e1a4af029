/** SendMessage, one at a time or ten in a batch, and the same against the bare server. */
import {
  Connection,
  connections,
  excerpt,
  jsonRequest,
  queryRequest,
  type Request,
} from './connection.ts';
import { type Figure, type Load, type Plan, WrongAnswer } from './plan.ts';
import { BATCH, checkBatch, createQueue, expectCount, md5, receive } from './queue.ts';
import { type LaneStep, runRound } from './rounds.ts';

type BatchAnswer = Parameters<typeof checkBatch>[1];

/** The same body each time: what the generator does for a request must cost it little. */
export class Sends implements Load {
  readonly #plan: Plan;
  readonly #lanes: readonly Connection[];
  readonly #body: string;
  readonly #md5: string;
  #queueUrl = '';
  #sent = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#lanes = connections(plan.port, plan.connections);
    this.#body = 'a'.repeat(plan.bodyBytes);
    this.#md5 = md5(this.#body);
  }

  async prepare(): Promise<void> {
    const first = new Connection(this.#plan.port);
    this.#queueUrl = await createQueue(first, 'sends');
    first.close();
  }

  measure(): Promise<Figure> {
    const step = this.#plan.kind === 'batch' ? this.#batch() : this.#one();
    return runRound(
      this.#lanes.map((lane) => () => step(lane)),
      this.#plan.seconds,
    );
  }

  async verify(): Promise<void> {
    const reader = new Connection(this.#plan.port);
    await expectCount(reader, this.#queueUrl, this.#sent);
    const messages = await receive(reader, this.#queueUrl);
    if (messages.length === 0) throw new WrongAnswer('nothing to receive from a full queue');
    for (const { Body, MD5OfBody } of messages) {
      if (Body !== this.#body || MD5OfBody !== this.#md5) {
        throw new WrongAnswer(`a body that was never sent: ${Body.slice(0, 60)}`);
      }
    }
    reader.close();
  }

  #one(): (lane: Connection) => Promise<number> {
    const request = this.#sendRequest();
    const digest =
      this.#plan.protocol === 'query'
        ? `<MD5OfMessageBody>${this.#md5}</MD5OfMessageBody>`
        : `"${this.#md5}"`;
    return async (lane) => {
      const answer = await lane.send(request);
      this.#sent++;
      if (answer.includes(digest) && answer.includes('MessageId')) return 1;
      throw new WrongAnswer(`SendMessage: ${excerpt(answer)}`);
    };
  }

  #sendRequest(): Request {
    const MessageBody = this.#body;
    return this.#plan.protocol === 'query'
      ? queryRequest('SendMessage', this.#queueUrl, { MessageBody })
      : jsonRequest('SendMessage', { QueueUrl: this.#queueUrl, MessageBody });
  }

  #batch(): (lane: Connection) => Promise<number> {
    const request = jsonRequest('SendMessageBatch', {
      QueueUrl: this.#queueUrl,
      Entries: Array.from({ length: BATCH }, (_, i) => ({
        Id: String(i),
        MessageBody: this.#body,
      })),
    });
    return async (lane) => {
      const answer = JSON.parse((await lane.send(request)).toString()) as BatchAnswer;
      this.#sent += BATCH;
      checkBatch('SendMessageBatch', answer, BATCH);
      if (answer.Successful?.every(({ MD5OfMessageBody }) => MD5OfMessageBody === this.#md5)) {
        return BATCH;
      }
      throw new WrongAnswer(`SendMessageBatch: ${excerpt(JSON.stringify(answer))}`);
    };
  }
}

/** What the generator and `node:http` can do at most: the same request, any answer. */
export class BareSends implements Load {
  readonly #plan: Plan;
  readonly #lanes: readonly LaneStep[];

  constructor(plan: Plan) {
    this.#plan = plan;
    const MessageBody = 'a'.repeat(plan.bodyBytes);
    const QueueUrl = `http://127.0.0.1:${plan.port}/000000000000/bare`;
    const request = jsonRequest('SendMessage', { QueueUrl, MessageBody });
    this.#lanes = connections(plan.port, plan.connections).map((lane) => async () => {
      const answer = await lane.send(request);
      if (answer.includes('MessageId')) return 1;
      throw new WrongAnswer(`bare: ${excerpt(answer)}`);
    });
  }

  async prepare(): Promise<void> {}

  measure(): Promise<Figure> {
    return runRound(this.#lanes, this.#plan.seconds);
  }

  async verify(): Promise<void> {}
}
