/**
 * What leaves the process: a delivery is stored in the transaction that causes it, and carried out
 * by the worker. A process that is killed loses none of them; each is attempted at least once.
 */
import type { Context } from '../core/context.ts';
import type { RetryPolicy } from './backoff.ts';
import { appendTo } from './outlet.ts';

export type DeliveryTarget =
  | HttpTarget
  | EmailTarget
  | SmsTarget
  | PushTarget
  | FunctionTarget
  | FirehoseTarget;

/** A POST. User and password in the URL answer a challenge. */
export interface HttpTarget {
  readonly kind: 'http';
  readonly url: string;
  /**
   * `x-amz-sns-*` and `Content-Type`. Host, Content-Length, User-Agent, Accept-Encoding and
   * Connection are added.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface EmailTarget {
  readonly kind: 'email';
  readonly to: string;
  /** An address, or `Name <address>`. */
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

export interface SmsTarget {
  readonly kind: 'sms';
  readonly phoneNumber: string;
  readonly text: string;
  readonly senderId?: string;
  readonly originationNumber?: string;
  /** `Promotional` or `Transactional`. */
  readonly smsType?: string;
  /** In US dollars. */
  readonly maxPrice?: string;
  /** What carriers in India ask for. */
  readonly entityId?: string;
  readonly templateId?: string;
  /** Why the number may get no text: the attempt fails with it, and nothing is sent. */
  readonly refusal?: string;
}

export interface PushTarget {
  readonly kind: 'push';
  /** `GCM`, `APNS` and so on. */
  readonly platform: string;
  readonly token: string;
  readonly payload: string;
  readonly endpointArn: string;
  readonly applicationArn: string;
  /** Counted from the publish; a push that is older is not attempted, so below 0 none is. */
  readonly ttlSeconds?: number;
  /** Wishes under the platform's own names, such as PRIORITY. */
  readonly attributes?: { readonly [name: string]: string };
  /** Why nothing can be sent there: the attempt fails with it. */
  readonly undeliverable?: { readonly failureType: string; readonly reason: string };
  /** Which successes the application's log of attempts keeps: a percentage. */
  readonly successSampleRate?: number;
  /** The application's owner is to hear of a failure; addresses in that notification begin so. */
  readonly failureReport?: { readonly endpoint: string };
}

/** An asynchronous invocation. */
export interface FunctionTarget {
  readonly kind: 'function';
  readonly functionArn: string;
  readonly payload: string;
}

export interface FirehoseTarget {
  readonly kind: 'firehose';
  readonly streamArn: string;
  /** The record's text, not encoded. */
  readonly record: string;
}

export interface Delivery {
  /** A UUID; it names the delivery in the log of attempts. */
  readonly deliveryId: string;
  readonly target: DeliveryTarget;
  readonly retry: RetryPolicy;
  /** An average, per subscription. */
  readonly maxReceivesPerSecond?: number;
  /** Where it goes when it is given up; without one it is dropped. */
  readonly deadLetter?: DeadLetter;
  readonly about: DeliveryAbout;
}

export interface DeadLetter {
  readonly queueArn: string;
  /** The input of SQS's SendMessage without its QueueUrl. */
  readonly input: object;
}

export interface DeliveryAbout {
  readonly messageId: string;
  readonly accountId: string;
  readonly region: string;
  readonly publishedAtMs: number;
  /** Absent for what was published straight to a phone number or a platform endpoint. */
  readonly topicArn?: string;
  readonly subscriptionArn?: string;
  /** The hex MD5 of the published message, for the log of attempts. */
  readonly messageMd5?: string;
  /** Which successes the log of attempts keeps: a percentage. Failures are always kept. */
  readonly successSampleRate?: number;
}

/** Hands a delivery to the worker, once the transaction of `context` is durable. */
export function enqueueDelivery(context: Context, delivery: Delivery): Promise<void> {
  const { target } = delivery;
  return appendTo(context, outletOf(target), groupOf(delivery), payloadOf(delivery));
}

/**
 * A delivery as it is stored: JSON, with bytes as `{"$bytes": base64}`. A change must still read
 * what older versions wrote, because deliveries wait for up to 23 days.
 */
function payloadOf(delivery: Delivery): string {
  return JSON.stringify(delivery, function (this: { [key: string]: unknown }, key, value) {
    // Not `value`: a Buffer has already become something else there.
    const original = this[key];
    if (!(original instanceof Uint8Array)) return value;
    return { [BYTES]: Buffer.from(original).toString('base64') };
  });
}

const BYTES = '$bytes';

/** Reads what `enqueueDelivery` stored. */
export function readDelivery(payload: string): Delivery {
  // Looking at every member costs more than everything else here, and few have bytes.
  if (!payload.includes(BYTES)) return JSON.parse(payload);
  return JSON.parse(payload, (_key, value) => {
    const bytes = value?.[BYTES];
    return typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : value;
  });
}

/** Whom we connect to. */
function outletOf(target: DeliveryTarget): string {
  if (target.kind !== 'http') return target.kind;
  return URL.canParse(target.url) ? new URL(target.url).origin : 'invalid';
}

/** Within an outlet the groups take turns, so that one busy subscription does not delay another. */
function groupOf({ target, about }: Delivery): string {
  if (about.subscriptionArn !== undefined) return about.subscriptionArn;
  if (target.kind === 'sms') return target.phoneNumber;
  return target.kind === 'push' ? target.endpointArn : '';
}
