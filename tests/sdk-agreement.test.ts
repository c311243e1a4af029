/**
 * Our tables against what the AWS SDK for JavaScript exports as data: operation names, members and
 * their order, required members, types, XML traits, errors with their statuses and Query codes.
 *
 * The SDK's schemas are tuples that begin with a kind, as static-schemas.ts in packages/types of
 * https://github.com/smithy-lang/smithy-typescript has them. Errors per operation are no data:
 * they are read from the `@throws` lines of the published type declarations.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as snsSdk from '@aws-sdk/client-sns';
import * as sqsSdk from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { ErrorTable } from '../src/core/aws-error.ts';
import type { Context } from '../src/core/context.ts';
import type { Service } from '../src/schema/service.ts';
import type { Shape, StructureShape } from '../src/schema/shapes.ts';
import { errors as snsErrors } from '../src/services/sns/errors.ts';
import { sns } from '../src/services/sns/index.ts';
import { errors as sqsErrors } from '../src/services/sqs/errors.ts';
import { sqs } from '../src/services/sqs/index.ts';

/** A member, in words that both sides can be put into. */
type Described =
  | { readonly type: string; readonly xmlName?: string }
  | {
      readonly type: 'list';
      readonly xmlName?: string;
      readonly flattened: boolean;
      readonly member: Described;
    }
  | {
      readonly type: 'map';
      readonly xmlName?: string;
      readonly flattened: boolean;
      readonly keyName: string;
      readonly valueName: string;
      readonly value: Described;
    }
  | DescribedStructure;

interface DescribedStructure {
  readonly type: 'structure';
  readonly xmlName?: string;
  /** In their order, which is the order of elements in XML and of complaints about missing ones. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly members: { readonly [name: string]: Described };
}

// ---------------------------------------------------------------- the SDK's side

/** A simple type with traits of its own, such as a secret string. */
const NAMED = 0;
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const ERROR = -3;
const OPERATION = 9;
const LIST_OF = 64;
const MAP_OF = 128;
const SIMPLE: { readonly [kind: number]: string } = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  21: 'blob',
};

type Traits = { readonly [name: string]: unknown };

const traitsOf = (traits: unknown): Traits =>
  typeof traits === 'object' && traits !== null ? (traits as Traits) : {};

/** A reference is a schema, a function that answers one, or either in a pair with traits. */
function resolve(reference: unknown): { readonly schema: unknown; readonly traits: Traits } {
  const isPair = Array.isArray(reference) && reference.length === 2;
  const [target, traits] = isPair ? reference : [reference, undefined];
  const schema = typeof target === 'function' ? target() : target;
  if (!isPair && Array.isArray(schema) && schema.length === 2) return resolve(schema);
  return { schema, traits: traitsOf(traits) };
}

const nameOf = (traits: Traits): { xmlName?: string } =>
  traits.xmlName === undefined ? {} : { xmlName: String(traits.xmlName) };

function describeTheirs(reference: unknown): Described {
  const { schema, traits } = resolve(reference);
  const flattened = traits.xmlFlattened === 1;
  if (typeof schema === 'number') {
    if (schema >= MAP_OF) {
      const value = describeTheirs(schema - MAP_OF);
      const names = { keyName: 'key', valueName: 'value' };
      return { type: 'map', flattened, ...names, value, ...nameOf(traits) };
    }
    if (schema < LIST_OF) return { type: SIMPLE[schema] ?? `kind ${schema}`, ...nameOf(traits) };
    const member = describeTheirs(schema - LIST_OF);
    return { type: 'list', flattened, member, ...nameOf(traits) };
  }
  const [kind, , , , first, second] = schema as readonly unknown[];
  if (kind === NAMED) return { ...describeTheirs(first), ...nameOf(traits) };
  if (kind === LIST) {
    const member = describeTheirs(first);
    return { type: 'list', flattened, member: unnamed(member, flattened), ...nameOf(traits) };
  }
  if (kind === MAP) {
    const value = describeTheirs(second);
    return {
      type: 'map',
      flattened,
      keyName: resolve(first).traits.xmlName?.toString() ?? 'key',
      valueName: value.xmlName ?? 'value',
      value: unnamed(value, true),
      ...nameOf(traits),
    };
  }
  if (kind === STRUCTURE) return { ...structureOfTheirs(schema), ...nameOf(traits) };
  throw new Error(`a schema of the unknown kind ${String(kind)}`);
}

function structureOfTheirs(schema: unknown): DescribedStructure {
  const [, , , , names, members, requiredCount = 0] = schema as readonly [
    number,
    string,
    string,
    unknown,
    readonly string[],
    readonly unknown[],
    number?,
  ];
  return {
    type: 'structure',
    required: names.slice(0, requiredCount),
    optional: names.slice(requiredCount),
    members: Object.fromEntries(names.map((name, index) => [name, describeTheirs(members[index])])),
  };
}

/** A flattened list repeats under its own name, so the name of its member says nothing. */
function unnamed(described: Described, without: boolean): Described {
  if (!without) return described;
  const { xmlName: _, ...rest } = described;
  return rest as Described;
}

interface TheirOperation {
  readonly input: DescribedStructure;
  /** Undefined: the answer has no members and, in XML, no result element. */
  readonly output: DescribedStructure | undefined;
  readonly errors: readonly string[];
}

interface DescribedError {
  readonly status: number;
  readonly fault: string;
  readonly queryCode: string;
}

const schemasOf = (sdk: object, wanted: number): (readonly unknown[])[] =>
  Object.entries(sdk)
    .filter(([name, value]) => name.endsWith('$') && Array.isArray(value) && value[0] === wanted)
    .map(([, value]) => value);

function operationsOf(sdk: object, packageName: string): ReadonlyMap<string, TheirOperation> {
  const folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  return new Map(
    schemasOf(sdk, OPERATION).map(([, , name, , input, output]) => {
      const path = join(folder, 'dist-types', 'commands', `${String(name)}Command.d.ts`);
      const thrown = readFileSync(path, 'utf8').matchAll(/@throws \{@link (\w+)\} \(/g);
      return [
        String(name),
        {
          input: describeUnlessUnit(input) ?? noMembers,
          output: describeUnlessUnit(output),
          errors: [...thrown].map(([, error]) => String(error)).toSorted(),
        },
      ];
    }),
  );
}

const noMembers: DescribedStructure = {
  type: 'structure',
  required: [],
  optional: [],
  members: {},
};

function describeUnlessUnit(reference: unknown): DescribedStructure | undefined {
  const { schema } = resolve(reference);
  return schema === 'unit' ? undefined : structureOfTheirs(schema);
}

/** Errors without an HTTP status of their own answer with 400. */
function errorsOf(sdk: object): { readonly [name: string]: DescribedError } {
  const found: { [name: string]: DescribedError } = {};
  for (const [, , name, traits] of schemasOf(sdk, ERROR)) {
    const { error, httpError, awsQueryError } = traitsOf(traits);
    if (error === undefined) continue; // the base class of all of them
    const [queryCode, queryStatus] = (awsQueryError ?? []) as [string?, number?];
    found[String(name)] = {
      status: queryStatus ?? (typeof httpError === 'number' ? httpError : 400),
      fault: String(error),
      queryCode: queryCode ?? String(name),
    };
  }
  return found;
}

// ---------------------------------------------------------------- our side

const NUMBERS: readonly string[] = ['integer', 'long', 'double'];

function describeOurs(shape: Shape): Described {
  const name = shape.xmlName === undefined ? {} : { xmlName: shape.xmlName };
  switch (shape.type) {
    case 'list': {
      const flattened = shape.flattened === true;
      const member = unnamed(describeOurs(shape.member), flattened);
      return { type: 'list', flattened, member, ...name };
    }
    case 'map':
      return {
        type: 'map',
        flattened: shape.flattened === true,
        keyName: shape.keyName ?? 'key',
        valueName: shape.valueName ?? 'value',
        value: unnamed(describeOurs(shape.value), true),
        ...name,
      };
    case 'structure':
      return { ...structureOfOurs(shape), ...name };
    default:
      return { type: NUMBERS.includes(shape.type) ? 'number' : shape.type, ...name };
  }
}

function structureOfOurs(shape: StructureShape): DescribedStructure {
  const members = Object.entries(shape.members);
  const names = (required: boolean) =>
    members.filter(([, member]) => (member.required === true) === required).map(([name]) => name);
  return {
    type: 'structure',
    required: names(true),
    optional: names(false),
    members: Object.fromEntries(members.map(([name, member]) => [name, describeOurs(member)])),
  };
}

function errorsOfOurs(table: ErrorTable): { readonly [name: string]: DescribedError } {
  return Object.fromEntries(
    Object.entries(table).map(([name, { status, fault, queryCode = name }]) => [
      name,
      { status, fault, queryCode },
    ]),
  );
}

// ---------------------------------------------------------------- the comparison

interface Pair {
  readonly service: Service<Context>;
  readonly errors: ErrorTable;
  readonly sdk: object;
  readonly packageName: string;
  /** AWS operations that we do not offer. */
  readonly missing: readonly string[];
}

const pairs: readonly Pair[] = [
  {
    service: sns,
    errors: snsErrors,
    sdk: snsSdk,
    packageName: '@aws-sdk/client-sns',
    missing: [],
  },
  {
    service: sqs,
    errors: sqsErrors,
    sdk: sqsSdk,
    packageName: '@aws-sdk/client-sqs',
    missing: [],
  },
];

describe.each(pairs)('$service.name agrees with $packageName', (pair) => {
  const theirs = operationsOf(pair.sdk, pair.packageName);
  const ours = pair.service.operations;

  test('has the same operations, save those listed as missing', () => {
    const known = [...ours.keys(), ...pair.missing].toSorted();
    expect(known, 'ours and those listed as missing | the SDK’s').toEqual(
      [...theirs.keys()].toSorted(),
    );
  });

  test('has the same errors: HTTP status, fault and Query code', () => {
    expect(errorsOfOurs(pair.errors), 'ours | the SDK’s').toEqual(errorsOf(pair.sdk));
  });

  describe.each([...theirs].filter(([name]) => ours.has(name)))('%s', (name, their) => {
    const our = ours.get(name);
    if (our === undefined) throw new Error(`no operation ${name}`);

    test('takes the same members', () => {
      expect(structureOfOurs(our.input), 'our input | the SDK’s').toEqual(their.input);
    });

    test('answers the same members', () => {
      expect(structureOfOurs(our.output), 'our output | the SDK’s').toEqual(
        their.output ?? noMembers,
      );
      expect(our.emptyResult === true, 'emptyResult says: no result element in XML').toBe(
        their.output === undefined,
      );
    });

    test('declares the same errors, in alphabetical order', () => {
      expect(our.errors, 'our errors | the SDK’s').toEqual(their.errors);
    });
  });
});
