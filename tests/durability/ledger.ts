/**
 * What clients know of their messages, and what must be true of a queue because of it. An answer
 * makes a send or a delete certain; a call whose answer never came leaves it open, until somebody
 * looks at the queue at rest.
 */
import type { PeekedMessage } from './load-client.ts';

/** One message, named by the group (or the sender) that it belongs to and its number there. */
export interface Tracked {
  readonly line: string;
  readonly number: number;
  readonly body: string;
  /** `open`: sent, but nobody knows whether it arrived. */
  state: 'open' | 'sent' | 'deleted' | 'never';
  messageId: string | undefined;
  sequence: bigint | undefined;
  /** Deletes that were asked for and neither confirmed nor refused. */
  openDeletes: number;
  /** When its delete was confirmed. */
  deletedAtMs: number;
}

const FILLER = 'abcdefghijklmnopqrstuvwxyz'.repeat(2_000);

/** `<line>#<number>:<bytes> <filler>`, so that a body tells whether it is whole. */
export function makeBody(line: string, number: number, bytes: number): string {
  return `${line}#${number}:${bytes} ${FILLER.slice(0, bytes)}`;
}

/** Undefined: it is not one of these bodies, or not whole. */
export function readBody(body: string): { line: string; number: number } | undefined {
  const [, line = '', number = '', bytes = ''] = /^(\w+)#(\d+):(\d+) /.exec(body) ?? [];
  return body === makeBody(line, Number(number), Number(bytes))
    ? { line, number: Number(number) }
    : undefined;
}

export class Ledger {
  /** Sentences about promises that were broken. */
  readonly violations: string[] = [];
  readonly lines = new Map<string, Tracked[]>();
  /** The highest sequence number that was answered. */
  sequenceMax = 0n;
  sends = 0;
  deletes = 0;
  openedByCrash = 0;

  /** The next message of a line, about to be sent. */
  begin(line: string, bytes: number): Tracked {
    const messages = this.line(line);
    const number = messages.length;
    const message: Tracked = {
      line,
      number,
      body: makeBody(line, number, bytes),
      state: 'open',
      messageId: undefined,
      sequence: undefined,
      openDeletes: 0,
      deletedAtMs: Number.POSITIVE_INFINITY,
    };
    messages.push(message);
    return message;
  }

  line(name: string): Tracked[] {
    let messages = this.lines.get(name);
    if (messages === undefined) {
      messages = [];
      this.lines.set(name, messages);
    }
    return messages;
  }

  /** Messages that are or may be in the queue. */
  backlog(line: string): number {
    return this.line(line).filter(({ state }) => state === 'sent' || state === 'open').length;
  }

  /** A send was answered. `sequenceBefore`: the highest sequence answered before it was asked. */
  sent(message: Tracked, messageId: string, sequence?: bigint, sequenceBefore = 0n): void {
    this.sends += 1;
    if (message.messageId !== undefined && message.messageId !== messageId) {
      this.breach(message, `has the id ${message.messageId}, but its resend answers ${messageId}`);
    }
    if (message.sequence !== undefined && message.sequence !== sequence) {
      this.breach(message, `has sequence ${message.sequence}, its resend answers ${sequence}`);
    }
    message.messageId = messageId;
    message.sequence = sequence;
    if (message.state === 'open') message.state = 'sent';
    if (sequence === undefined) return;
    if (sequence <= sequenceBefore) {
      this.breach(message, `got sequence ${sequence} after ${sequenceBefore} had been answered`);
    }
    if (sequence > this.sequenceMax) this.sequenceMax = sequence;
  }

  /** A receive that was asked at `askedAtMs` handed a message out. */
  received(body: string, messageId: string, askedAtMs: number): Tracked | undefined {
    const message = this.find(body);
    if (message === undefined) return undefined;
    if (message.messageId !== undefined && message.messageId !== messageId) {
      this.breach(message, `has the id ${message.messageId}, but was received as ${messageId}`);
    }
    if (message.deletedAtMs < askedAtMs) {
      this.breach(message, 'was received after its delete had been confirmed');
    }
    return message;
  }

  deleteAsked(message: Tracked): void {
    message.openDeletes += 1;
  }

  deleteConfirmed(message: Tracked, atMs: number): void {
    this.deletes += 1;
    message.openDeletes -= 1;
    message.state = 'deleted';
    message.deletedAtMs = Math.min(message.deletedAtMs, atMs);
  }

  deleteRefused(message: Tracked): void {
    message.openDeletes -= 1;
  }

  /**
   * Compares with all that is in the queue while no call is under way; afterwards nothing about
   * what is stored is open any more. Sends that stay `open` are those that `resends` will repeat.
   */
  audit(found: readonly PeekedMessage[], resends: boolean, nowMs: number): void {
    const stored = new Map<Tracked, PeekedMessage>();
    let before = 0n;
    for (const peeked of found) {
      const message = this.find(peeked.Body);
      if (message === undefined) continue;
      if (stored.has(message)) this.breach(message, 'is in the queue twice');
      stored.set(message, peeked);
      if (message.state === 'deleted') this.breach(message, 'came back after its delete');
      const sequence = BigInt(peeked.SequenceNumber ?? 0);
      if (sequence < before) this.breach(message, 'stands before one with a lower sequence');
      before = sequence;
    }
    for (const messages of this.lines.values()) {
      for (const message of messages) this.#settle(message, stored.get(message), resends, nowMs);
    }
  }

  #settle(
    message: Tracked,
    stored: PeekedMessage | undefined,
    resends: boolean,
    nowMs: number,
  ): void {
    if (message.state === 'deleted' || message.state === 'never') return;
    if (message.state === 'open' || message.openDeletes > 0) this.openedByCrash += 1;
    if (stored !== undefined) {
      if (message.messageId !== undefined && message.messageId !== stored.MessageId) {
        this.breach(message, `has the id ${message.messageId}, but lies there as another`);
      }
      message.messageId = stored.MessageId;
      message.openDeletes = 0;
      if (!resends) message.state = 'sent';
    } else if (message.openDeletes > 0) {
      message.openDeletes = 0;
      message.state = 'deleted';
      message.deletedAtMs = nowMs;
    } else if (message.state === 'sent') {
      this.breach(message, 'was acknowledged and is lost');
      message.state = 'never';
    } else if (!resends) {
      message.state = 'never';
    }
  }

  find(body: string): Tracked | undefined {
    const name = readBody(body);
    const message = name && this.lines.get(name.line)?.[name.number];
    if (message?.body === body) return message;
    this.violations.push(`a message that nobody sent: ${body.slice(0, 40)}`);
    return undefined;
  }

  breach(message: Tracked, what: string): void {
    this.violations.push(`${message.line}#${message.number} ${what}`);
  }
}
