/** Random patterns and events over few names and values, so that they often have to do with each
 * other. */
import fc from 'fast-check';
import type { Json, JsonObject } from './naive.ts';

const TEXTS = ['', 'a', 'A', 'ab', 'abc', 'ABC', 'bca', 'cab', 'abcabc', 'xabcx', '10.0.0.7'];
const ADDRESSES = ['10.0.0.7', '10.0.0.8', '10.0.1.7', '192.168.0.1'];
const text = fc.constantFrom(...TEXTS);
const someText = text.filter((one) => one !== '');
const number = fc.constantFrom(-1, 0, 1, 1.5, 2, 10);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  text,
  number,
  fc.constantFrom(true, false, null),
  fc.constantFrom(...ADDRESSES),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('c', 'a.b', '__proto__', 'toString') },
);

const wildcard = fc.constantFrom(
  '*',
  'a*',
  '*c',
  'a*c',
  '*b*',
  '*abc*',
  'ab*bc',
  'a*b*c*',
  'x*abc*',
);
const affix = fc.constantFrom('prefix', 'suffix');
const ignoreCase = text.map((one) => ({ 'equals-ignore-case': one }));
const block = fc.constantFrom('10.0.0.0/24', '10.0.0.0/8', '10.0.0.7/32', '0.0.0.0/0');

const numeric = fc.oneof(
  number.map((one) => ['=', one]),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>='), number),
  fc
    .tuple(fc.constantFrom('>', '>='), number, fc.constantFrom('<', '<='), number)
    .filter(([, low, , high]) => low < high),
);

const anythingBut: fc.Arbitrary<Json> = fc.oneof(
  text,
  number,
  fc.array(text, { minLength: 1, maxLength: 3 }),
  fc.array(number, { minLength: 1, maxLength: 3 }),
  fc.tuple(affix, someText).map(([operator, one]) => ({ [operator]: one })),
  fc.array(someText, { minLength: 1, maxLength: 3 }).map((some) => ({ suffix: some })),
  wildcard.map((one) => ({ wildcard: one })),
  ignoreCase,
);

const rule: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.tuple(affix, text).map(([operator, one]) => ({ [operator]: one })) },
  fc.tuple(affix, ignoreCase).map(([operator, one]) => ({ [operator]: one })),
  ignoreCase,
  { weight: 2, arbitrary: wildcard.map((one) => ({ wildcard: one })) },
  { weight: 2, arbitrary: anythingBut.map((one) => ({ 'anything-but': one })) },
  { weight: 2, arbitrary: numeric.map((one) => ({ numeric: one })) },
  { weight: 2, arbitrary: fc.boolean().map((one) => ({ exists: one })) },
  block.map((one) => ({ cidr: one })),
);

const rules = fc.array(rule, { minLength: 1, maxLength: 4 });

/** Own properties, `__proto__` included. */
const toObject = (entries: readonly (readonly [string, Json])[]): JsonObject =>
  JSON.parse(`{${entries.map((one) => one.map((part) => JSON.stringify(part)).join(':'))}}`);

const { tree } = fc.letrec<{ tree: JsonObject; member: [string, Json] }>((tie) => ({
  member: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'patterns' },
    { weight: 4, arbitrary: fc.tuple(name, rules) },
    { weight: 2, arbitrary: fc.tuple(name, tie('tree')) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constant('$or'),
        fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
      ),
    },
  ),
  tree: fc
    .uniqueArray(tie('member'), { minLength: 1, maxLength: 3, selector: ([key]) => key })
    .map(toObject),
}));

export const pattern: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 20, arbitrary: tree },
  { weight: 1, arbitrary: fc.constant({}) },
);

const { event: anyEvent } = fc.letrec<{ event: JsonObject; value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'events' },
    { weight: 4, arbitrary: scalar },
    { weight: 2, arbitrary: tie('event') },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.array(tie('event'), { maxLength: 3 }) },
  ),
  event: fc
    .uniqueArray(fc.tuple(name, tie('value')), {
      minLength: 1,
      maxLength: 4,
      selector: ([key]) => key,
    })
    .map(toObject),
}));

export const event: fc.Arbitrary<JsonObject> = anyEvent;
