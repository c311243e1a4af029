/**
 * The forms in which subscribers get messages, and the texts that are signed.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
import { hash } from 'node:crypto';
import type { Context } from '../../core/context.ts';
import {
  type MessageSigner,
  messageSigner,
  type SignatureVersion,
} from '../../delivery/message-signature.ts';
import { queueAttributes } from './message-attributes.ts';
import { type Notification, textFor } from './notification.ts';
import type { Protocol } from './subscription.ts';
import { type Topic, topicArn } from './topic.ts';

/** What a verifier puts together again: names and values, a line each, in order of the names. */
export function stringToSign(fields: { readonly [name: string]: string | undefined }): string {
  let text = '';
  for (const name of Object.keys(fields).sort()) {
    const value = fields[name];
    if (value !== undefined) text += `${name}\n${value}\n`;
  }
  return text;
}

export const signatureVersionOf = (topic: Topic): SignatureVersion =>
  topic.attributes.SignatureVersion === '2' ? '2' : '1';

export const timestampOf = (instantMs: number): string => new Date(instantMs).toISOString();

/** Ends a subscription without a signature. */
export const unsubscribeUrl = (endpoint: string, subscriptionArn: string): string =>
  `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`;

/**
 * One message in its forms. What does not differ between subscriptions is made once: of an envelope
 * they differ in the UnsubscribeURL alone, and in the text where it depends on the protocol.
 */
export class MessageForms {
  readonly #topic: Topic;
  readonly #topicArn: string;
  readonly #notification: Notification;
  readonly #timestamp: string;
  /** Undefined where nothing is signed. */
  readonly #signer: MessageSigner | undefined;
  readonly #unsubscribeStart: string;
  readonly #envelopeEnd: string;
  readonly #envelopeStarts = new Map<string, string>();
  readonly #hashes = new Map<string, string>();
  #rawAttributes: object | undefined;
  #md5: string | undefined;

  constructor(topic: Topic, notification: Notification, signer: MessageSigner | undefined) {
    this.#topic = topic;
    this.#topicArn = topicArn(topic);
    this.#notification = notification;
    this.#timestamp = timestampOf(notification.publishedAtMs);
    this.#signer = signer;
    this.#unsubscribeStart = JSON.stringify(unsubscribeUrl(notification.endpoint, '')).slice(0, -1);
    const { attributes, replayed } = notification;
    const end = JSON.stringify({
      ...(attributes !== undefined && { MessageAttributes: envelopeAttributes(attributes) }),
      ...(replayed && { Replayed: true }),
    });
    this.#envelopeEnd = end === '{}' ? '"}' : `",${end.slice(1)}`;
  }

  /** The text alone. */
  text(protocol: Protocol): string {
    return textFor(this.#notification, protocol);
  }

  /** The JSON document around the text. ARNs hold nothing that JSON escapes. */
  envelope(protocol: Protocol, subscriptionArn: string): string {
    const text = this.text(protocol);
    let start = this.#envelopeStarts.get(text);
    if (start === undefined) {
      start = this.#startEnvelope(text);
      this.#envelopeStarts.set(text, start);
    }
    return start + subscriptionArn + this.#envelopeEnd;
  }

  #startEnvelope(text: string): string {
    const { messageId, sequenceNumber, subject } = this.#notification;
    const start = JSON.stringify({
      Type: 'Notification',
      MessageId: messageId,
      SequenceNumber: sequenceNumber,
      TopicArn: this.#topicArn,
      Subject: subject,
      Message: text,
      Timestamp: this.#timestamp,
      ...this.#signature(text, signatureVersionOf(this.#topic)),
    });
    return `${start.slice(0, -1)},"UnsubscribeURL":${this.#unsubscribeStart}`;
  }

  #signature(text: string, version: SignatureVersion) {
    if (this.#signer === undefined) return undefined;
    const { messageId, subject, endpoint } = this.#notification;
    const signed = stringToSign({
      Message: text,
      MessageId: messageId,
      Subject: subject,
      Timestamp: this.#timestamp,
      TopicArn: this.#topicArn,
      Type: 'Notification',
    });
    return {
      SignatureVersion: version,
      Signature: this.#signer.sign(signed, version),
      SigningCertURL: endpoint + this.#signer.certificatePath,
    };
  }

  /** The event of a function. Observed: its signature is always of version 1. */
  functionEvent(subscriptionArn: string): string {
    const { messageId, subject, attributes, endpoint } = this.#notification;
    const text = this.text('lambda');
    const signature = this.#signature(text, '1');
    return functionEvent(subscriptionArn, {
      Type: 'Notification',
      MessageId: messageId,
      TopicArn: this.#topicArn,
      Subject: subject ?? null,
      Message: text,
      Timestamp: this.#timestamp,
      SignatureVersion: signature?.SignatureVersion,
      Signature: signature?.Signature,
      SigningCertUrl: signature?.SigningCertURL,
      UnsubscribeUrl: unsubscribeUrl(endpoint, subscriptionArn),
      MessageAttributes: functionAttributes(attributes ?? {}),
    });
  }

  /** The attributes as a queue gets them with a raw message. */
  get rawAttributes(): object | undefined {
    const { attributes } = this.#notification;
    if (attributes === undefined) return undefined;
    this.#rawAttributes ??= queueAttributes(attributes);
    return this.#rawAttributes;
  }

  /** The deduplication id for a FIFO queue. */
  get deduplicationId(): string {
    return this.#notification.deduplicationId ?? this.#sha256(this.text('sqs'));
  }

  #sha256(text: string): string {
    let digest = this.#hashes.get(text);
    if (digest === undefined) {
      digest = hash('sha256', text, 'hex');
      this.#hashes.set(text, digest);
    }
    return digest;
  }

  /** Of the message as it was published, hex. */
  get messageMd5(): string {
    this.#md5 ??= hash('md5', this.#notification.message, 'hex');
    return this.#md5;
  }
}

/** The forms of a message; reads the key for signing only where `signed` says so. */
export async function formsOf(
  context: Context,
  topic: Topic,
  notification: Notification,
  signed: boolean,
): Promise<MessageForms> {
  const signer = signed && !topic.fifo ? await messageSigner(context.tx) : undefined;
  return new MessageForms(topic, notification, signer);
}

type Attributes = NonNullable<Notification['attributes']>;

const envelopeAttributes = (attributes: Attributes): object =>
  mapAttributes(attributes, ({ type, value }) => ({ Type: type, Value: value }));

/** Functions see numbers and arrays as strings. */
const functionAttributes = (attributes: Attributes): object =>
  mapAttributes(attributes, ({ type, value }) => ({
    Type: type.startsWith('Binary') ? 'Binary' : 'String',
    Value: value,
  }));

const mapAttributes = (
  attributes: Attributes,
  show: (attribute: Attributes[string]) => object,
): object =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, show(attribute)]),
  );

/** What a function is invoked with. */
export const functionEvent = (subscriptionArn: string, message: object): string =>
  JSON.stringify({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscriptionArn,
        Sns: message,
      },
    ],
  });
