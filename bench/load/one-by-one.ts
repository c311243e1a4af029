/** One message at a time sent, received and deleted, in either protocol and of any size. */
import { type Connection, connections, excerpt, jsonRequest, queryRequest } from './connection.ts';
import { Ledger } from './ledger.ts';
import { type Figure, type Load, type Plan, WrongAnswer } from './plan.ts';
import { createQueue, expectCount, type Message, receive } from './queue.ts';
import { runRound } from './rounds.ts';

const STALL_MS = 10_000;

export class OneByOne implements Load {
  readonly #plan: Plan;
  readonly #lanes: readonly Connection[];
  readonly #ledger: Ledger;
  #queueUrl = '';
  #movedAt = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#lanes = connections(plan.port, plan.connections);
    this.#ledger = new Ledger(plan.bodyBytes, 0);
  }

  async prepare(): Promise<void> {
    const [first] = this.#lanes;
    if (first) this.#queueUrl = await createQueue(first, 'one-by-one');
  }

  measure(): Promise<Figure> {
    this.#movedAt = performance.now();
    const steps = this.#lanes.map((lane) => async () => {
      if (this.#ledger.outstanding < this.#lanes.length * 2) {
        const sent = await this.#call(lane, 'SendMessage', { MessageBody: this.#ledger.add(0) });
        if (!sent.includes('MessageId')) throw new WrongAnswer(`SendMessage: ${excerpt(sent)}`);
      }
      return this.#receiveAndDelete(lane);
    });
    return runRound(steps, this.#plan.seconds);
  }

  async verify(): Promise<void> {
    this.#movedAt = performance.now();
    const [first] = this.#lanes;
    if (first === undefined) return;
    while (this.#ledger.outstanding > 0) await this.#receiveAndDelete(first);
    await expectCount(first, this.#queueUrl, 0);
  }

  async #receiveAndDelete(lane: Connection): Promise<number> {
    const messages = await this.#receiveOne(lane);
    this.#ledger.check(messages);
    for (const { ReceiptHandle } of messages) {
      await this.#call(lane, 'DeleteMessage', { ReceiptHandle });
    }
    if (messages.length > 0) this.#movedAt = performance.now();
    else if (performance.now() - this.#movedAt > STALL_MS) {
      throw new WrongAnswer(`${this.#ledger.outstanding} messages wait and none is received`);
    }
    return messages.length;
  }

  async #receiveOne(lane: Connection): Promise<readonly Message[]> {
    if (this.#plan.protocol !== 'query') return receive(lane, this.#queueUrl, 1);
    const answer = await this.#call(lane, 'ReceiveMessage', { MaxNumberOfMessages: '1' });
    if (!answer.includes('<ReceiptHandle>')) return [];
    return [
      {
        Body: element(answer, 'Body'),
        MD5OfBody: element(answer, 'MD5OfBody'),
        ReceiptHandle: element(answer, 'ReceiptHandle'),
      },
    ];
  }

  async #call(lane: Connection, operation: string, input: Record<string, string>) {
    const request =
      this.#plan.protocol === 'query'
        ? queryRequest(operation, this.#queueUrl, input)
        : jsonRequest(operation, { QueueUrl: this.#queueUrl, ...input });
    return lane.send(request);
  }
}

/** Enough of XML for bodies and handles that need no escapes but those that `decode` knows. */
function element(answer: Buffer, name: string): string {
  const text = answer.toString();
  const begin = text.indexOf(`<${name}>`) + name.length + 2;
  const end = text.indexOf(`</${name}>`);
  if (end < begin) throw new WrongAnswer(`no ${name} in ${excerpt(answer)}`);
  return decode(text.slice(begin, end));
}

const decode = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
