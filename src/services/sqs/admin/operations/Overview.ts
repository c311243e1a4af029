/**
 * Overview: the queues of an account and region with their attributes, counts and tags, a page per
 * call. Ours alone: on AWS it takes ListQueues and two calls for each queue.
 */

import type { Context } from '../../../../core/context.ts';
import { operation } from '../../../../core/operation.ts';
import { decodePageToken, encodePageToken } from '../../../../core/page-token.ts';
import {
  type Infer,
  integer,
  list,
  long,
  map,
  string,
  structure,
} from '../../../../schema/shapes.ts';
import { invalidParameter } from '../../parameter.ts';
import { type Queue, queuePrefix, queueRef, queueUrl } from '../../queue.ts';
import { describeAttributes } from '../../queue-attributes.ts';

const PAGE_SIZE = 100;

const queueOverview = structure({
  QueueUrl: string(),
  QueueName: string(),
  /** What GetQueueAttributes answers when asked for `All`. */
  Attributes: map(string()),
  Tags: map(string()),
  /** In seconds; absent when the queue is empty. */
  ApproximateAgeOfOldestMessage: long(),
});

export const Overview = operation({
  name: 'Overview',
  input: structure({ MaxResults: integer({ min: 1, max: PAGE_SIZE }), NextToken: string() }),
  output: structure({ Queues: list(queueOverview), NextToken: string() }),
  errors: [],
  ownerOnly: true,
  async handler({ MaxResults: limit = PAGE_SIZE, NextToken }, context) {
    const { accountId, region } = context.caller;
    const prefix = queuePrefix(accountId, region);
    const after = NextToken === undefined ? undefined : prefix + nameIn(NextToken);
    const page = { limit: limit + 1, ...(after !== undefined && { after }) };
    const documents = await context.tx.documents.list<Queue>(prefix, page);
    const queues = documents.slice(0, limit).map((document) => document.value);
    const last = queues.at(-1);
    const Queues: Infer<typeof queueOverview>[] = [];
    for (const queue of queues) Queues.push(await describeQueue(queue, context));
    const isCut = documents.length > limit && last !== undefined;
    return { Queues, ...(isCut && { NextToken: encodePageToken(last.name) }) };
  },
});

function nameIn(token: string): string {
  const name = decodePageToken(token);
  if (name !== undefined) return name;
  throw invalidParameter('NextToken', token, 'Invalid or expired next token.');
}

async function describeQueue(queue: Queue, context: Context): Promise<Infer<typeof queueOverview>> {
  const ref = queueRef(queue);
  const counts = await context.tx.queues.count(ref);
  const oldestMs = await context.tx.queues.oldestEnqueuedAtMs(ref);
  return {
    QueueUrl: queueUrl(context, queue),
    QueueName: queue.name,
    Attributes: { ...describeAttributes(queue, counts, ['All']) },
    Tags: { ...queue.tags },
    ...(oldestMs !== undefined && {
      ApproximateAgeOfOldestMessage: Math.max(0, Math.floor((context.nowMs - oldestMs) / 1000)),
    }),
  };
}
