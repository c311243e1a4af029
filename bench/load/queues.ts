/** One message at a time to many queues in turn. */
import { type Connection, connections, jsonRequest } from './connection.ts';
import { type Figure, type Load, NotReached, type Plan, WrongAnswer } from './plan.ts';
import { createQueue, expectCount, receive } from './queue.ts';
import { runRound } from './rounds.ts';

/** So many queues are looked into at the end. */
const SAMPLE = 50;

export class Queues implements Load {
  readonly #plan: Plan;
  readonly #lanes: readonly Connection[];
  readonly #urls: string[] = [];
  readonly #sent: number[] = [];
  #turn = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#lanes = connections(plan.port, plan.connections);
  }

  async prepare(): Promise<void> {
    const { queues = 0, prepareSeconds } = this.#plan;
    const until = performance.now() + prepareSeconds * 1_000;
    let next = 0;
    await Promise.all(
      this.#lanes.map(async (lane) => {
        while (next < queues && performance.now() < until) {
          const number = next++;
          this.#urls[number] = await createQueue(lane, `queue-${number}`);
          this.#sent[number] = 0;
        }
      }),
    );
    if (next >= queues) return;
    throw new NotReached(`${next} of ${queues} queues were made in ${prepareSeconds} s`);
  }

  measure(): Promise<Figure> {
    const steps = this.#lanes.map((lane) => async () => {
      const number = this.#turn++ % this.#urls.length;
      const QueueUrl = this.#urls[number];
      const request = jsonRequest('SendMessage', { QueueUrl, MessageBody: this.#body(number) });
      const answer = await lane.send(request);
      this.#sent[number] = (this.#sent[number] ?? 0) + 1;
      if (answer.includes('MessageId')) return 1;
      throw new WrongAnswer('SendMessage answered no MessageId');
    });
    return runRound(steps, this.#plan.seconds);
  }

  async verify(): Promise<void> {
    const [lane] = this.#lanes;
    const step = Math.max(1, Math.floor(this.#urls.length / SAMPLE));
    for (let number = 0; lane && number < this.#urls.length; number += step) {
      const url = this.#urls[number] ?? '';
      await expectCount(lane, url, this.#sent[number] ?? 0);
      for (const { Body } of await receive(lane, url)) {
        if (Body === this.#body(number)) continue;
        throw new WrongAnswer(`queue ${number} holds another one's message`);
      }
    }
  }

  #body(number: number): string {
    return `${number} `.padEnd(this.#plan.bodyBytes, 'a');
  }
}
