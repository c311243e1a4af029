/**
 * What all batch operations have in common: checks of the whole request, and answers per entry.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
 */
import { AwsError } from '../../core/aws-error.ts';
import { fail } from './errors.ts';
import type { BatchResultErrorEntry } from './shapes.ts';

const ENTRIES_MAX = 10;
const ID = /^[A-Za-z0-9_-]{1,80}$/;

interface BatchEntry {
  readonly Id: string;
}

/** Throws what refuses a batch as a whole. `entryName` is AWS's name of the entry's shape. */
export function checkBatch(entryName: string, entries: readonly BatchEntry[]): void {
  if (entries.length === 0) {
    throw fail('EmptyBatchRequest', `There should be at least one ${entryName} in the request.`);
  }
  if (entries.length > ENTRIES_MAX) {
    throw fail(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (!ID.test(Id)) {
      throw fail(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. ' +
          'It can be at most 80 letters long.',
      );
    }
    if (seen.has(Id)) throw fail('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    seen.add(Id);
  }
}

export interface BatchOutcome<Good> {
  Successful: Good[];
  Failed: BatchResultErrorEntry[];
}

/**
 * Does something for each entry, in order. An AwsError fails its entry alone, so `act` must throw
 * before it changes anything; whatever else is thrown fails the request.
 */
export async function forEachEntry<Entry extends BatchEntry, Good>(
  entries: readonly Entry[],
  act: (entry: Entry, index: number) => Good | Promise<Good>,
): Promise<BatchOutcome<Good>> {
  const outcome: BatchOutcome<Good> = { Successful: [], Failed: [] };
  for (const [index, entry] of entries.entries()) {
    try {
      outcome.Successful.push(await act(entry, index));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      outcome.Failed.push(failedEntry(entry.Id, error));
    }
  }
  return outcome;
}

/** Observed on AWS: an entry's message is the bare reason, without parameter and value. */
const REASON = /^Value .* for parameter \w+ is invalid\. Reason: (.*?)\.*$/s;

function failedEntry(id: string, error: AwsError): BatchResultErrorEntry {
  return {
    Id: id,
    SenderFault: error.row.fault === 'client',
    Code: error.queryCode,
    Message: REASON.exec(error.message)?.[1] ?? error.message,
  };
}

/**
 * A member that the schema does not require but the operation cannot do without, or that is empty.
 * Observed on AWS: `index` counts from 0 here and from 1 in the text.
 */
export function emptyEntryMember(entryName: string, index: number, member: string): AwsError {
  return new AwsError(
    'EmptyValue',
    { status: 400, fault: 'client' },
    `No Value Found for ${entryName}.${index + 1}.${member}.`,
  );
}
