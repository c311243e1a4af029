/** Pages of queues, as ListQueues and ListDeadLetterSourceQueues answer them. */
import type { Context } from '../../core/context.ts';
import { decodePageToken, encodePageToken } from '../../core/page-token.ts';
import { checkRange, invalidParameter } from './parameter.ts';

const RESULTS_MAX = 1_000;

export interface QueuePage {
  readonly names: readonly string[];
  /** Only where the request set a limit and something lies behind it. */
  readonly nextToken?: string;
}

/**
 * The queue names below `folder` that start with `namePrefix`: those of the documents whose key is
 * the folder and the name. Throws InvalidParameterValue.
 */
export async function pageOfQueues(
  context: Context,
  folder: string,
  namePrefix: string,
  page: {
    readonly MaxResults?: number | undefined;
    readonly NextToken?: string | undefined;
  },
): Promise<QueuePage> {
  const limit = readLimit(page.MaxResults);
  const after = page.NextToken === undefined ? undefined : folder + readToken(page.NextToken);
  const documents = await context.tx.documents.list(folder + namePrefix, {
    limit: limit + 1,
    ...(after !== undefined && { after }),
  });
  const names = documents.slice(0, limit).map((document) => document.key.slice(folder.length));
  const last = names.at(-1);
  const cut = page.MaxResults !== undefined && documents.length > limit && last !== undefined;
  return cut ? { names, nextToken: encodePageToken(last) } : { names };
}

function readLimit(maxResults: number | undefined): number {
  if (maxResults === undefined) return RESULTS_MAX;
  const reason = `Must be between 1 and ${RESULTS_MAX}, if provided.`;
  checkRange('MaxResults', maxResults, { min: 1, max: RESULTS_MAX }, reason);
  return maxResults;
}

function readToken(token: string): string {
  const name = decodePageToken(token);
  if (name !== undefined) return name;
  throw invalidParameter('NextToken', token, 'Invalid or expired next token.');
}
