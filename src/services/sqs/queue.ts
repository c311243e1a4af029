/** A queue as it is stored, and how requests find it. */
import { formatArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import type { Document, QueueRef } from '../../storage/port.ts';
import { fail } from './errors.ts';

/** The document of a queue. */
export interface Queue {
  /**
   * Unique for each creation, so that a queue created anew never sees its predecessor's messages.
   */
  readonly queueId: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  /** Settable attributes under AWS's names; those with a default are always there. */
  readonly attributes: { readonly [name: string]: string };
  readonly tags: { readonly [key: string]: string };
}

/** Where a queue lives: what makes it unique. */
export interface QueueAddress {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export const isFifo = (queue: { readonly name: string }): boolean => queue.name.endsWith('.fifo');

/** The store keeps the documents of queues in use; what is made of one is kept as long as it is. */
const queueRefs = new WeakMap<Queue, QueueRef>();

/**
 * The storage key under which a queue's messages stand; also the key on which its receivers wait.
 */
export function queueRef(queue: Queue): QueueRef {
  let ref = queueRefs.get(queue);
  if (ref === undefined) {
    ref = { key: `sqs/${queue.queueId}`, ordered: isFifo(queue) };
    queueRefs.set(queue, ref);
  }
  return ref;
}

export const queueArn = (queue: QueueAddress): string =>
  formatArn({
    service: 'sqs',
    region: queue.region,
    accountId: queue.accountId,
    resource: queue.name,
  });

/** Documents of one account and region share this prefix. */
export const queuePrefix = (accountId: string, region: string): string =>
  `sqs/queue/${accountId}/${region}/`;

export const queueKey = (address: QueueAddress): string =>
  queuePrefix(address.accountId, address.region) + address.name;

export const queueUrl = (context: Context, queue: QueueAddress): string =>
  `${context.caller.endpoint}/${queue.accountId}/${queue.name}`;

/** A number among the settable attributes, such as `VisibilityTimeout`. */
export const numberAttribute = (queue: Queue, name: string): number =>
  Number(queue.attributes[name]);

/** The last URL and its parts: a client that sends a thousand messages names one queue. */
let lastUrl = '';
let lastAccountId = '';
let lastName = '';

const ACCOUNT_AND_NAME = /(?:^|\/)(\d{12})\/([A-Za-z0-9_.-]+)\/?$/;
const BARE_NAME = /^[A-Za-z0-9_.-]+$/;

/**
 * The address inside a queue URL. Only the last two path segments count, whatever host a proxy, a
 * container name or AWS's own URL forms put before them; a bare queue name means the caller's
 * account. Throws InvalidAddress.
 */
export function addressOf(url: string, context: Context): QueueAddress {
  const { accountId, region } = context.caller;
  if (url === lastUrl) return { accountId: lastAccountId, region, name: lastName };
  const match = ACCOUNT_AND_NAME.exec(url);
  if (match !== null) {
    [lastUrl, lastAccountId, lastName] = [url, match[1] ?? '', match[2] ?? ''];
    return { accountId: lastAccountId, region, name: lastName };
  }
  if (BARE_NAME.test(url)) return { accountId, region, name: url };
  throw fail('InvalidAddress', `The address ${url} is not valid for this endpoint.`);
}

/** The queue behind a URL. Throws InvalidAddress or QueueDoesNotExist. */
export async function loadQueue(url: string, context: Context): Promise<Queue> {
  return (await loadQueueDocument(url, context)).value;
}

/** The same with its version, for those who write it back. */
export async function loadQueueDocument(url: string, context: Context): Promise<Document<Queue>> {
  const document = await context.tx.documents.get<Queue>(queueKey(addressOf(url, context)));
  if (document === undefined) throw noSuchQueue();
  return document;
}

export const noSuchQueue = (): Error =>
  fail('QueueDoesNotExist', 'The specified queue does not exist.');

/** Adds to one of a queue's CloudWatch counters once the transaction is durable. */
export function countFor(context: Context, queue: Queue, name: string, value: number): void {
  if (value === 0) return;
  const { accountId, region } = queue;
  context.count({ service: 'sqs', name, resource: queue.name, accountId, region, value });
}

/** Its document is there for as long as the name of a deleted queue cannot be taken again. */
export const deletedQueueKey = (address: QueueAddress): string =>
  `sqs/deleted-queue/${address.accountId}/${address.region}/${address.name}`;

/** Its document is there for as long as a queue cannot be purged again. */
export const purgedQueueKey = (queue: Queue): string => `sqs/purged-queue/${queue.queueId}`;

/** Writes a queue back with what has changed of it. */
export async function saveQueue(
  context: Context,
  document: Document<Queue>,
  changes: Partial<Pick<Queue, 'attributes' | 'modifiedAtMs' | 'tags'>>,
): Promise<Queue> {
  const queue = { ...document.value, ...changes };
  await context.tx.documents.put(document.key, queue, { expectedVersion: document.version });
  return queue;
}
