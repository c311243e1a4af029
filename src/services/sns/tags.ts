/**
 * Tags of topics.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html
 */
import type { Context } from '../../core/context.ts';
import type { Document } from '../../storage/port.ts';
import { readTopicArn } from './arn.ts';
import { fail, invalid } from './errors.ts';
import type { Tag } from './shapes.ts';
import { findTopic, type Topic } from './topic.ts';

export type Tags = { readonly [key: string]: string };

const TAGS_MAX = 50;
const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
const ALLOWED = /^[\p{L}\p{N}\p{Zs}_.:/=+\-@]*$/u;

/** The tags of a topic once `added` is among them. Throws InvalidParameter or TagLimitExceeded. */
export function withTags(current: Tags, added: readonly Tag[]): Tags {
  const keys = new Set(added.map(({ Key }) => Key));
  if (keys.size < added.length) throw invalid('Duplicated keys are not allowed.');
  for (const { Key, Value } of added) checkTag(Key, Value);
  // Unlike an assignment, fromEntries takes a key named `__proto__` for a key.
  const tags = Object.fromEntries([
    ...Object.entries(current),
    ...added.map(({ Key, Value }) => [Key, Value] as const),
  ]);
  if (Object.keys(tags).length > TAGS_MAX) {
    throw fail(
      'TagLimitExceededException',
      'Could not complete request: tag quota of per resource exceeded',
    );
  }
  return tags;
}

export const listTags = (tags: Tags): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

function checkTag(key: string, value: string): void {
  const keyCharacters = [...key].length;
  if (keyCharacters < 1 || keyCharacters > KEY_CHARACTERS_MAX || !ALLOWED.test(key)) {
    throw invalid('Tags Reason: tag key is invalid');
  }
  if ([...value].length > VALUE_CHARACTERS_MAX || !ALLOWED.test(value)) {
    throw invalid('Tags Reason: tag value is invalid');
  }
  if (/^aws:/i.test(key)) throw invalid('Tags Reason: tag keys must not start with aws:');
}

/** The topic behind the ARN of a tagging call. Throws InvalidParameter or ResourceNotFound. */
export async function loadTaggedTopic(arn: string, context: Context): Promise<Document<Topic>> {
  const document = await findTopic(readTopicArn('ResourceArn', arn, context), context);
  if (document !== undefined) return document;
  throw fail('ResourceNotFoundException', 'Resource does not exist');
}
