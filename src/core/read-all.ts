/** Reads what is stored page by page, for whoever must see all of it. */
import type { Document, Json, Memo, MemoPage, Transaction } from '../storage/port.ts';

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

/** Every memo whose key begins with `prefix`, in no order; one that was replaced may come too. */
export async function* allMemos<T = Json>(
  tx: Transaction,
  prefix: string,
): AsyncGenerator<Memo<T>> {
  let after: number | undefined;
  do {
    const page: MemoPage<T> = await tx.memos.scan<T>(prefix, after);
    yield* page.memos;
    after = page.next;
  } while (after !== undefined);
}
