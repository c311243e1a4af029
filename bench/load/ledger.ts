/**
 * Which messages a load has sent and which have come back. Every body is different and says its
 * number, its group and its place in the group, so one that is altered, strange, repeated or out of
 * order is seen at once.
 */
import { createHash } from 'node:crypto';
import { WrongAnswer } from './plan.ts';
import type { Message } from './queue.ts';

const SENT = 1;
const RECEIVED = 2;

export class Ledger {
  readonly #bodyBytes: number;
  readonly #filler: string;
  #states = new Uint8Array(1 << 16);
  /** Of each group: the place of the next message to send, and of the next one to come. */
  readonly #nextSent: Uint32Array;
  readonly #nextReceived: Uint32Array;
  sent = 0;
  received = 0;

  /** `groups` is 0 for a standard queue, which has no order. */
  constructor(bodyBytes: number, groups: number) {
    this.#bodyBytes = bodyBytes;
    this.#filler = 'a'.repeat(bodyBytes);
    this.#nextSent = new Uint32Array(groups);
    this.#nextReceived = new Uint32Array(groups);
  }

  get outstanding(): number {
    return this.sent - this.received;
  }

  /** The body of the next message of a group. */
  add(group: number): string {
    const number = this.sent++;
    if (number >= this.#states.length) {
      const larger = new Uint8Array(this.#states.length * 2);
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[number] = SENT;
    const place = this.#nextSent[group] ?? 0;
    if (group < this.#nextSent.length) this.#nextSent[group] = place + 1;
    return this.#body(number, group, place);
  }

  check(messages: readonly Message[]): void {
    for (const message of messages) this.#check(message);
  }

  #check({ Body, MD5OfBody }: Message): void {
    const [number = Number.NaN, group = 0, place = 0] = Body.slice(0, 40).split(' ').map(Number);
    if (!(number < this.sent) || Body !== this.#body(number, group, place)) {
      throw new WrongAnswer(`a body that was never sent: ${Body.slice(0, 60)}`);
    }
    if (MD5OfBody !== createHash('md5').update(Body).digest('hex')) {
      throw new WrongAnswer(`message ${number} came with a wrong MD5OfBody`);
    }
    if (this.#states[number] !== SENT) throw new WrongAnswer(`message ${number} came twice`);
    this.#states[number] = RECEIVED;
    this.received++;
    if (group >= this.#nextReceived.length) return;
    const wanted = this.#nextReceived[group] ?? 0;
    this.#nextReceived[group] = wanted + 1;
    if (wanted === place) return;
    throw new WrongAnswer(`group ${group}: message ${place} came where ${wanted} was due`);
  }

  #body(number: number, group: number, place: number): string {
    const head = `${number} ${group} ${place} `;
    return head + this.#filler.slice(head.length, this.#bodyBytes);
  }
}
