/**
 * A message with a text for each protocol: `MessageStructure` set to `json`.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 */
import { JsonTextError, readJson } from '../../matching/json-text.ts';
import { invalid } from './errors.ts';

/** The texts by protocol (or platform, of pushes). */
export type MessageVariants = { readonly [protocol: string]: string };

const unreadable = () => invalid('Message Structure - JSON message body failed to parse');

/**
 * The texts of a message. `defaultNeeded`: there must be one for protocols that are not named.
 * Throws InvalidParameter.
 */
export function readVariants(message: string, defaultNeeded: boolean): MessageVariants {
  const root = parse(message);
  if (root.kind !== 'object') throw unreadable();
  const variants = new Map<string, string>();
  const names = new Set<string>();
  for (const { name, value } of root.members) {
    if (names.has(name)) throw unreadable();
    names.add(name);
    // Names that no protocol has and values that are no texts are ignored.
    if (value.kind === 'string') variants.set(name, value.value);
  }
  if (defaultNeeded && !variants.has('default')) {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  return Object.fromEntries(variants);
}

function parse(message: string) {
  try {
    return readJson(message);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw unreadable();
  }
}
