/**
 * A message on its way into one queue or many. What depends on the message alone is worked out
 * once: of a topic's message to a hundred queues, a fifth of the time would go to the same MD5.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import { hash } from 'node:crypto';
import { stringOf } from '../../schema/shapes.ts';
import {
  attributesBytes,
  attributesMd5,
  checkMessageAttributes,
  hasAttributes,
  traceHeaderOf,
} from './message-attributes.ts';
import { checkCharacters } from './message-body.ts';
import type { MessageAttributes, OutgoingMessage } from './shapes.ts';

/** What a sender compares with its own, hex; those of attributes where there are any. */
interface Md5s {
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MD5OfMessageSystemAttributes?: string;
}

export class Outgoing {
  readonly message: OutgoingMessage;
  readonly body: string;
  /** Whether the body came as a PlainText. */
  readonly isPlain: boolean;
  /** Body and attributes, as the limits count them. System attributes are free. */
  readonly bytes: number;
  readonly attributes: MessageAttributes | undefined;
  readonly #system: MessageAttributes | undefined;
  #traceHeader: string | undefined;
  #isChecked = false;
  #md5s: Md5s | undefined;

  constructor(message: OutgoingMessage) {
    const { MessageBody, MessageAttributes, MessageSystemAttributes } = message;
    this.message = message;
    this.body = stringOf(MessageBody);
    this.isPlain = typeof MessageBody !== 'string';
    const bodyBytes = this.isPlain ? this.body.length : Buffer.byteLength(this.body);
    this.bytes = bodyBytes + attributesBytes(MessageAttributes);
    this.attributes = hasAttributes(MessageAttributes) ? MessageAttributes : undefined;
    this.#system = hasAttributes(MessageSystemAttributes) ? MessageSystemAttributes : undefined;
  }

  /** Throws InvalidMessageContents or InvalidParameterValue. */
  checkContents(): void {
    if (this.#isChecked) return;
    if (!this.isPlain) checkCharacters(this.body);
    if (this.attributes !== undefined) checkMessageAttributes(this.attributes);
    if (this.#system !== undefined) this.#traceHeader = traceHeaderOf(this.#system);
    this.#isChecked = true;
  }

  /** The one among the system attributes; known once the contents are checked. */
  get traceHeader(): string | undefined {
    return this.#traceHeader;
  }

  get md5s(): Md5s {
    this.#md5s ??= {
      MD5OfMessageBody: hash('md5', this.body, 'hex'),
      ...(this.attributes !== undefined && {
        MD5OfMessageAttributes: attributesMd5(this.attributes),
      }),
      ...(this.#system !== undefined && {
        MD5OfMessageSystemAttributes: attributesMd5(this.#system),
      }),
    };
    return this.#md5s;
  }
}
