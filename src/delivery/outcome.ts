/** What one attempt came to, and what the inbox keeps of deliveries that need nobody outside. */

export interface Outcome {
  /**
   * `failed`: try again as the policy says; `refused`: trying again is no use. AWS tries again
   * after 5xx, 429 and where there was no answer.
   */
  readonly result: 'delivered' | 'failed' | 'refused';
  /** The HTTP or SMTP status, where there was an answer. */
  readonly statusCode?: number;
  /** The beginning of the answer, or why there was none. */
  readonly providerResponse: string;
  /** For the inbox, in the transaction that removes the delivery. */
  readonly kept?: InboxItem;
  /** The device no longer takes anything under this token. */
  readonly addresseeGone?: true;
  /** What AWS calls this failure of a push. */
  readonly failureType?: string;
}

export interface InboxItem {
  readonly kind: 'email' | 'sms' | 'push';
  /** The mail address, phone number or device token. */
  readonly to: string;
  readonly from?: string;
  readonly subject?: string;
  readonly text: string;
  /** `Promotional` or `Transactional`. */
  readonly smsType?: string;
  readonly platform?: string;
  readonly endpointArn?: string;
  /** Of a push, as PushTarget has them. */
  readonly attributes?: { readonly [name: string]: string };
  readonly ttlSeconds?: number;
}

/** A failure without an answer: no connection, a broken one, no time left. */
export const noAnswer = (reason: string): Outcome => ({
  result: 'failed',
  providerResponse: reason,
});

export const refused = (reason: string): Outcome => ({
  result: 'refused',
  providerResponse: reason,
});

export const keptInInbox = (kept: InboxItem): Outcome => ({
  result: 'delivered',
  providerResponse: 'kept in the inbox of this server',
  kept,
});
