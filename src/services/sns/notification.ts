/**
 * A message once it was accepted: plain JSON, so that it can be kept in an archive or between the
 * steps of a large fan-out.
 */
import type { MessageAttributes } from './message-attributes.ts';
import type { MessageVariants } from './message-structure.ts';

export interface Notification {
  readonly messageId: string;
  /** As it was published. */
  readonly message: string;
  /** The texts for each protocol, of a message that was published with such. */
  readonly variants?: MessageVariants;
  readonly subject?: string;
  readonly attributes?: MessageAttributes;
  readonly publishedAtMs: number;
  readonly groupId?: string;
  /** As it was given; without one it is made of the text that a queue gets. */
  readonly deduplicationId?: string;
  readonly sequenceNumber?: string;
  readonly traceHeader?: string;
  /** Scheme, host and port by which the publisher reached us: URLs in the message begin with it. */
  readonly endpoint: string;
  /** It comes from the archive. */
  readonly replayed?: true;
  /** It tells of a platform application's endpoints; what becomes of it is not told again. */
  readonly isEvent?: true;
}

/** The text for a protocol. */
export function textFor(notification: Notification, protocol: string): string {
  const { variants, message } = notification;
  if (variants === undefined) return message;
  return (Object.hasOwn(variants, protocol) ? variants[protocol] : variants.default) ?? message;
}
