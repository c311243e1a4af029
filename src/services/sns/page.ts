/** Pages of listings: up to a hundred as a rule, and a token where more follow. */
import type { Context } from '../../core/context.ts';
import { decodePageToken, encodePageToken } from '../../core/page-token.ts';
import type { Document } from '../../storage/port.ts';
import { invalid } from './errors.ts';

const PAGE_SIZE = 100;

export interface Page<T> {
  readonly documents: readonly Document<T>[];
  /** Only where something lies behind the page. */
  readonly NextToken?: string;
}

/** The documents in a folder of keys, after those that the token's page ended with. */
export async function pageOf<T>(
  context: Context,
  folder: string,
  token: string | undefined,
  limit: number = PAGE_SIZE,
): Promise<Page<T>> {
  // An empty token is sent by loops that begin with one.
  const after = token ? folder + readToken(token) : undefined;
  const found = await context.tx.documents.list<T>(folder, {
    limit: limit + 1,
    ...(after !== undefined && { after }),
  });
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  if (found.length <= limit || last === undefined) return { documents };
  return { documents, NextToken: encodePageToken(last.key.slice(folder.length)) };
}

function readToken(token: string): string {
  const key = decodePageToken(token);
  if (key === undefined) throw invalid('NextToken Reason: Invalid or expired next token');
  return key;
}
