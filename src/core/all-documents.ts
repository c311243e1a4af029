/** Reads documents page by page, for whoever must see all of them. */
import type { Document, Transaction } from '../storage/port.ts';

const PAGE_SIZE = 500;

/** Every document whose key begins with `prefix`, in order. */
export async function* allDocuments<T>(
  tx: Transaction,
  prefix: string,
): AsyncGenerator<Document<T>> {
  let after: string | undefined;
  do {
    const page = { limit: PAGE_SIZE, ...(after !== undefined && { after }) };
    const documents = await tx.documents.list<T>(prefix, page);
    yield* documents;
    after = documents.length < PAGE_SIZE ? undefined : documents.at(-1)?.key;
  } while (after !== undefined);
}
