/**
 * Cost allocation tags of queues.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html
 */
import { map, string } from '../../schema/shapes.ts';
import { fail } from './errors.ts';

export type Tags = { readonly [key: string]: string };

export const tagMap = map(string(), { flattened: true, keyName: 'Key', valueName: 'Value' });

const TAGS_MAX = 50;
const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
const ALLOWED = /^[\p{L}\p{N}\p{Zs}_.:/=+\-@]*$/u;

/** Also the answer to a call without keys (observed by others). */
export const badTagKeyLength = (): Error =>
  fail('InvalidParameterValue', 'Tag keys must be between 1 and 128 characters in length.');

/** The tags of a queue once `added` is among them. Throws InvalidParameterValue. */
export function withTags(queueName: string, current: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) checkTag(key, value);
  const tags = { ...current, ...added };
  if (Object.keys(tags).length > TAGS_MAX) {
    throw fail('InvalidParameterValue', `Too many tags added for queue ${queueName}.`);
  }
  return tags;
}

function checkTag(key: string, value: string): void {
  const keyCharacters = [...key].length;
  if (keyCharacters < 1 || keyCharacters > KEY_CHARACTERS_MAX) throw badTagKeyLength();
  if ([...value].length > VALUE_CHARACTERS_MAX) {
    throw fail(
      'InvalidParameterValue',
      'Tag values must be between 0 and 256 characters in length.',
    );
  }
  if (/^aws:/i.test(key)) {
    throw fail(
      'InvalidParameterValue',
      'aws: prefixed tag key names are not allowed for external use.',
    );
  }
  if (!ALLOWED.test(key)) {
    throw fail('InvalidParameterValue', `The tag key ${key} contains invalid characters.`);
  }
  if (!ALLOWED.test(value)) {
    throw fail('InvalidParameterValue', `The value of tag ${key} contains invalid characters.`);
  }
}
