/**
 * The inbox: mails, SMS and pushes that nobody was told to carry further, for tests and people to
 * read. Only the last of them are kept.
 */
import type { Store, Transaction } from '../storage/port.ts';
import type { DeliveryAbout } from './delivery.ts';
import { appendToTail, readTail } from './log-tail.ts';
import type { InboxItem } from './outcome.ts';

const INBOX = 'delivery/inbox';
const ITEMS_MAX = 10_000;

interface StoredItem extends InboxItem {
  readonly messageId: string;
  readonly topicArn?: string;
}

export interface InboxFilter {
  /** A mail address, phone number, device token or endpoint ARN. */
  readonly to?: string | undefined;
  readonly kind?: string | undefined;
  readonly limit: number;
}

export function keepInInbox(
  tx: Transaction,
  item: InboxItem,
  { messageId, topicArn }: DeliveryAbout,
): Promise<void> {
  const stored: StoredItem = { ...item, messageId, ...(topicArn !== undefined && { topicArn }) };
  return appendToTail(tx, INBOX, stored, ITEMS_MAX);
}

/** Newest first; each with the instant at which it was delivered and the links in its text. */
export function readInbox(store: Store, { to, kind, limit }: InboxFilter): Promise<object[]> {
  return readTail<StoredItem>(store, INBOX, limit, (item, deliveredAtMs) => {
    if (kind !== undefined && item.kind !== kind) return undefined;
    if (to !== undefined && item.to !== to && item.endpointArn !== to) return undefined;
    return { deliveredAtMs, ...item, links: linksIn(item.text) };
  });
}

/** Addresses in a text, without the punctuation of the sentence that they stand in. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"']+/g)].map(([link]) =>
    link.replace(/[.,;:!?)\]}]+$/, ''),
  );
}
