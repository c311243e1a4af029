/** What all declared resources have in common: how they are read, and how a refusal is worded. */
import { AwsError } from '../core/aws-error.ts';
import { nearest, StartRefused } from '../options.ts';

/** Where a resource lives. */
export interface Owner {
  readonly region: string;
  readonly accountId: string;
}

/** Settable attributes under AWS's names; an object stands for its JSON text. */
export interface AttributesInput {
  readonly [name: string]: string | number | boolean | object;
}

export interface TagsInput {
  readonly [key: string]: string | number | boolean;
}

export interface Texts {
  readonly [name: string]: string;
}

export interface Entry {
  readonly [key: string]: unknown;
}

/** Runs an operation of a service for an owner; rejects with AwsError. */
export type Call = (
  service: 'sns' | 'sqs',
  operation: string,
  input: object,
  owner: Owner,
) => Promise<unknown>;

/**
 * The list under a key. `noun` is what an entry is; `where` tells `parse` which one it reads.
 * Throws StartRefused.
 */
export function parseEntries<T>(
  value: unknown,
  place: { readonly key: string; readonly source: string; readonly noun: string },
  has: string,
  parse: (entry: unknown, where: string) => T,
): readonly T[] {
  const { key, source, noun } = place;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw new StartRefused(`"${key}" in ${source} must be a list of ${noun}s, each with ${has}.`);
  }
  return value.map((entry, index) => parse(entry, `${noun} ${index + 1} in ${source}`));
}

/** Throws StartRefused when two resources have the same name and owner. */
export function refuseTwins<T extends Owner & { readonly name: string }>(
  resources: readonly T[],
  noun: string,
  source: string,
): readonly T[] {
  const seen = new Set<string>();
  for (const { accountId, region, name } of resources) {
    const address = `${accountId}/${region}/${name}`;
    if (seen.has(address)) throw new StartRefused(`${noun} ${name} is twice in ${source}.`);
    seen.add(address);
  }
  return resources;
}

/** What every declared resource has: a name, an owner, attributes and tags. */
export interface Resource extends Owner {
  readonly name: string;
  readonly attributes: Texts;
  readonly tags: Texts;
}

/** Throws StartRefused with what is wrong, and where. */
export function parseResource(entry: unknown, where: string, keys: readonly string[]): Resource {
  if (!isEntry(entry)) throw new StartRefused(`${where} must have a name, such as "name: orders".`);
  refuseUnknownKeys(entry, where, keys);
  const { name, region = 'us-east-1', account = '000000000000' } = entry;
  if (typeof name !== 'string' || name === '') {
    throw new StartRefused(`${where} must have a name, such as "name: orders".`);
  }
  if (typeof region !== 'string' || !/^[a-z0-9-]+$/.test(region)) {
    throw new StartRefused(`The region of ${where} must be a name such as us-east-1.`);
  }
  if (typeof account !== 'string' || !/^\d{12}$/.test(account)) {
    throw new StartRefused(`The account of ${where} must be twelve digits in quotes.`);
  }
  return {
    name,
    region,
    accountId: account,
    attributes: parseAttributes(entry.attributes, where),
    tags: parseTexts(entry.tags, `tags of ${where}`),
  };
}

export function refuseUnknownKeys(entry: Entry, where: string, keys: readonly string[]): void {
  for (const key of Object.keys(entry)) {
    if (keys.includes(key)) continue;
    const hint = `Did you mean ${nearest(key, keys) ?? keys.join(', ')}?`;
    throw new StartRefused(`Unknown key "${key}" of ${where}. ${hint}`);
  }
}

export const parseAttributes = (value: unknown, where: string): Texts =>
  parseTexts(value, `attributes of ${where}`, JSON.stringify);

function parseTexts(value: unknown, where: string, fromObject?: (value: object) => string): Texts {
  if (value === undefined || value === null) return {};
  if (!isEntry(value)) throw new StartRefused(`The ${where} must be names with values.`);
  const texts: { [name: string]: string } = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === null || item === undefined) {
      throw new StartRefused(`"${name}" among the ${where} must have a value.`);
    }
    if (typeof item !== 'object') texts[name] = String(item);
    else if (fromObject !== undefined) texts[name] = fromObject(item);
    else throw new StartRefused(`"${name}" among the ${where} must be a text.`);
  }
  return texts;
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The attributes that are declared with another value than the present one. */
export function changedAttributes(declared: Texts, current: Texts): readonly [string, string][] {
  return Object.entries(declared).filter(([name, value]) => current[name] !== value);
}

/** Turns a service's refusal into a sentence that names what was declared. */
export async function told(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new StartRefused(`The declared ${what} was refused: ${error.message}`);
  }
}
