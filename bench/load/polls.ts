/** Many long polls parked on one queue, and one sender: how soon does a message reach one? */
import { Connection, connections, jsonRequest } from './connection.ts';
import { Ledger } from './ledger.ts';
import { type Figure, type Load, type Plan, WrongAnswer } from './plan.ts';
import { createQueue, type Message } from './queue.ts';
import { runRound } from './rounds.ts';

const WAIT_SECONDS = 20;
const LATE_MS = 10_000;
/** For all polls to be on their way into the server. */
const PARKING_MS = 2_000;

export class Polls implements Load {
  readonly #plan: Plan;
  readonly #sender: Connection;
  readonly #pollers: readonly Connection[];
  readonly #ledger: Ledger;
  #queueUrl = '';
  #delivered: (error?: Error) => void = () => {};
  #failure: Error | undefined;
  #ended = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#sender = new Connection(plan.port);
    this.#pollers = connections(plan.port, plan.connections);
    this.#ledger = new Ledger(plan.bodyBytes, 0);
  }

  async prepare(): Promise<void> {
    this.#queueUrl = await createQueue(this.#sender, 'polls');
    for (const poller of this.#pollers) void this.#poll(poller);
    await new Promise((resolve) => setTimeout(resolve, PARKING_MS));
  }

  /** A step is from the begin of the send to the answer of the poll that got the message. */
  measure(): Promise<Figure> {
    return runRound([() => this.#sendAndAwait()], this.#plan.seconds);
  }

  async verify(): Promise<void> {
    this.#ended = true;
    for (const poller of this.#pollers) poller.close();
    if (this.#failure) throw this.#failure;
    if (this.#ledger.outstanding > 0) throw new WrongAnswer('a message was not delivered');
  }

  async #sendAndAwait(): Promise<number> {
    if (this.#failure) throw this.#failure;
    const delivered = new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new WrongAnswer(`no poll answered within ${LATE_MS / 1_000} s of a send`)),
        LATE_MS,
      );
      this.#delivered = (error) => {
        clearTimeout(late);
        if (error) reject(error);
        else resolve();
      };
    });
    const input = { QueueUrl: this.#queueUrl, MessageBody: this.#ledger.add(0) };
    await Promise.all([delivered, this.#sender.call('SendMessage', input)]);
    return 1;
  }

  async #poll(poller: Connection): Promise<void> {
    const QueueUrl = this.#queueUrl;
    const input = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: WAIT_SECONDS };
    try {
      while (!this.#ended) {
        const answer = await poller.call<{ Messages?: readonly Message[] | null }>(
          'ReceiveMessage',
          input,
        );
        const [message] = answer.Messages ?? [];
        if (message === undefined) continue;
        this.#ledger.check([message]);
        this.#delivered();
        const { ReceiptHandle } = message;
        await poller.send(jsonRequest('DeleteMessage', { QueueUrl, ReceiptHandle }));
      }
    } catch (error) {
      if (this.#ended) return;
      this.#failure = error as Error;
      this.#delivered(this.#failure);
    }
  }
}
