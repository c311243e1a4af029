/**
 * Batches of ten sent, received and deleted: as a cycle that leaves the queue as full as it was, or
 * as a queue that is emptied.
 */
import { type Connection, connections } from './connection.ts';
import { Ledger } from './ledger.ts';
import { type Figure, type Load, NotReached, type Plan, WrongAnswer } from './plan.ts';
import { BATCH, createQueue, deleteBatch, expectCount, receive, sendBatch } from './queue.ts';
import { figure, runRound } from './rounds.ts';

const STALL_MS = 10_000;
const VERIFY_MS = 5_000;
/** A cycle sends no more while receiving lags behind by this much for each connection. */
const LAG = 5 * BATCH;

export class Cycles implements Load {
  readonly #plan: Plan;
  readonly #lanes: readonly Connection[];
  readonly #groups: number;
  /** Of each lane: how many messages it has sent, which says what its next group is. */
  readonly #turns: number[];
  readonly #ledger: Ledger;
  #queueUrl = '';
  #movedAt = 0;

  /** A group belongs to one lane, because sends that cross on the way have no order. */
  constructor(plan: Plan) {
    this.#plan = plan;
    this.#groups = plan.groups ?? 0;
    const lanes = Math.min(plan.connections, this.#groups || plan.connections);
    this.#lanes = connections(plan.port, lanes);
    this.#turns = Array.from({ length: lanes }, () => 0);
    this.#ledger = new Ledger(plan.bodyBytes, this.#groups);
  }

  async prepare(): Promise<void> {
    const [first] = this.#lanes;
    if (first === undefined) throw new Error('a load needs a connection');
    const fifo = this.#groups > 0;
    const name = fifo ? 'cycles.fifo' : 'cycles';
    this.#queueUrl = await createQueue(first, name, fifo ? { FifoQueue: 'true' } : {});
    const { waiting = 0, prepareSeconds } = this.#plan;
    await this.#fill(waiting, prepareSeconds);
    if (this.#plan.kind === 'drain' || this.#ledger.sent >= waiting) return;
    throw new NotReached(
      `${this.#ledger.sent} of ${waiting} messages waited after ${prepareSeconds} s`,
    );
  }

  async measure(): Promise<Figure> {
    this.#movedAt = performance.now();
    if (this.#plan.kind === 'drain') return this.#drainRound();
    const most = (this.#plan.waiting ?? 0) + this.#lanes.length * LAG;
    const steps = this.#lanes.map((_, lane) => async () => {
      if (this.#ledger.outstanding < most) await this.#send(lane);
      return this.#receiveAndDelete(lane);
    });
    return runRound(steps, this.#plan.seconds);
  }

  /** Empties the queue as far as a few seconds allow, and compares counts for the rest. */
  async verify(): Promise<void> {
    this.#movedAt = performance.now();
    await this.#drain(VERIFY_MS);
    const [first] = this.#lanes;
    if (first) await expectCount(first, this.#queueUrl, this.#ledger.outstanding);
  }

  async #fill(count: number, seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1_000;
    await Promise.all(
      this.#lanes.map(async (_, lane) => {
        while (this.#ledger.outstanding < count && performance.now() < until) {
          await this.#send(lane);
        }
      }),
    );
  }

  async #send(lane: number): Promise<void> {
    const connection = this.#lanes[lane];
    if (connection === undefined) return;
    const entries = Array.from({ length: BATCH }, () => this.#entry(lane));
    await sendBatch(connection, this.#queueUrl, entries);
  }

  #entry(lane: number) {
    if (this.#groups === 0) return { MessageBody: this.#ledger.add(0) };
    const turn = this.#turns[lane] ?? 0;
    this.#turns[lane] = turn + 1;
    const own = Math.ceil((this.#groups - lane) / this.#lanes.length);
    const group = lane + (turn % own) * this.#lanes.length;
    return {
      MessageDeduplicationId: String(this.#ledger.sent),
      MessageGroupId: String(group),
      MessageBody: this.#ledger.add(group),
    };
  }

  async #receiveAndDelete(lane: number): Promise<number> {
    const connection = this.#lanes[lane];
    if (connection === undefined) return 0;
    const messages = await receive(connection, this.#queueUrl);
    this.#ledger.check(messages);
    if (messages.length > 0) {
      this.#movedAt = performance.now();
      await deleteBatch(connection, this.#queueUrl, messages);
    } else if (performance.now() - this.#movedAt > STALL_MS) {
      throw new WrongAnswer(`${this.#ledger.outstanding} messages wait and none is received`);
    }
    return messages.length;
  }

  /** From a full queue to an empty one, or as far as the round's time goes. */
  async #drainRound(): Promise<Figure> {
    const { waiting = 0, seconds } = this.#plan;
    await this.#fill(waiting, seconds * 2);
    this.#movedAt = performance.now();
    return this.#drain(seconds * 1_000);
  }

  async #drain(limitMs: number): Promise<Figure> {
    const latenciesMs: number[] = [];
    const from = performance.now();
    let moved = 0;
    await Promise.all(
      this.#lanes.map(async (_, lane) => {
        while (this.#ledger.outstanding > 0 && performance.now() - from < limitMs) {
          const beganAt = performance.now();
          const count = await this.#receiveAndDelete(lane);
          moved += count;
          if (count > 0) latenciesMs.push(performance.now() - beganAt);
        }
      }),
    );
    return figure((moved / (performance.now() - from)) * 1_000, latenciesMs);
  }
}
