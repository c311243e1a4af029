/** What is no pattern, and what AWS says about it. */
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/matching/dialect.ts';
import { eventBusDialect } from '../../src/matching/event-bus-dialect.ts';
import { parsePattern } from '../../src/matching/parse-pattern.ts';
import { PatternError } from '../../src/matching/problem.ts';
import {
  snsAttributesDialect,
  snsBodyDialect,
  snsProblemText,
} from '../../src/matching/sns-dialect.ts';

function problemIn(text: string, dialect: Dialect): PatternError {
  try {
    parsePattern(text, dialect);
  } catch (error) {
    if (error instanceof PatternError) return error;
    throw error;
  }
  throw new Error(`no problem found in ${text}`);
}

const snsText = (policy: string, dialect = snsAttributesDialect) =>
  snsProblemText(problemIn(policy, dialect), policy);

describe('problems of form, with the column at which the parser stops', () => {
  it.each<[policy: string, reason: string, column: number]>([
    ['"a"', 'Filter is not an object', 2],
    ['[1]', 'Filter is not an object', 2],
    ['12', 'Filter is not an object', 3],
    ['{"key":"value"}', '"key" must be an object or an array', 9],
    ['{"key": 12}', '"key" must be an object or an array', 11],
    ['{"key":null}', '"key" must be an object or an array', 12],
    ['{"Amount":[]}', 'Empty arrays are not allowed', 13],
    ['{"$or":[]}', 'Empty arrays are not allowed', 10],
    ['{"$or":[{},{"b":[1]}]}', 'Empty objects are not allowed', 11],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null', 8],
    ['{"a":[{}]}', 'Match expression name not found', 9],
    ['{"a":[{"like":"x"}]}', 'Unrecognized match type like', 16],
    ['{"a":[{"like":["x"]}]}', 'Unrecognized match type like', 16],
    ['{"a":[{"exactly":"x"}]}', 'Unrecognized match type exactly', 19],
    ['{"a":[{"toString":1}]}', 'Unrecognized match type toString', 20],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression', 31],
    ['{"a":[{"prefix":1,"suffix":"y"}]}', 'prefix match pattern must be a string', 18],
    ['{"a":[{"prefix":{"equals-ignore-case":"x"}}]}', 'prefix match pattern must be a string', 18],
    ['{"a":[{"suffix":["x"]}]}', 'suffix match pattern must be a string', 18],
    [
      '{"a":[{"equals-ignore-case":null}]}',
      'equals-ignore-case match pattern must be a string',
      33,
    ],
    ['{"a":[{"wildcard":1}]}', 'wildcard match pattern must be a string', 20],
    ['{"a":[{"wildcard":"x**"}]}', 'Consecutive wildcard characters at pos 2', 24],
    ['{"a":[{"wildcard":"é\\\\x"}]}', 'Invalid escape character at pos 3', 25],
    ['{"a":[{"wildcard":"\\\\"}]}', 'Invalid escape character at pos 1', 23],
    ['{"a":[{"cidr":1}]}', 'prefix match pattern must be a string', 16],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.', 18],
    ['{"a":[{"exists":null}]}', 'exists match pattern must be either true or false.', 21],
    [
      '{"a":[{"anything-but":true}]}',
      'Value of anything-but must be an array or single string/number value.',
      27,
    ],
    ['{"a":[{"anything-but":[]}]}', 'Empty arrays are not allowed', 25],
    [
      '{"a":[{"anything-but":["x",null]}]}',
      'Inside anything but list, start|null|boolean is not supported.',
      32,
    ],
    [
      '{"a":[{"anything-but":["x",1]}]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
      29,
    ],
    ['{"a":[{"anything-but":{}}]}', 'Anything-But expression name not found', 25],
    ['{"a":[{"anything-but":{"cidr":"x"}}]}', 'Unsupported anything-but pattern: cidr', 32],
    [
      '{"a":[{"anything-but":{"equals-ignore-case":"x"}}]}',
      'Unsupported anything-but pattern: equals-ignore-case',
      46,
    ],
    ['{"a":[{"anything-but":{"prefix":""}}]}', 'Null prefix/suffix not allowed', 35],
    ['{"a":[{"anything-but":{"prefix":["x"]}}]}', 'prefix match pattern must be a string', 34],
    [
      '{"a":[{"anything-but":{"prefix":"x","suffix":"y"}}]}',
      'Only one key allowed in match expression',
      47,
    ],
    ['{"a":[{"numeric":1}]}', 'Value of numeric must be an array.', 19],
    ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: ]', 20],
    ['{"a":[{"numeric":[10]}]}', 'Invalid member in numeric match: 10', 21],
    ['{"a":[{"numeric":[["="]]}]}', 'Invalid member in numeric match: [', 20],
    ['{"a":[{"numeric":["<>",1]}]}', 'Unrecognized numeric range operator: <>', 25],
    ['{"a":[{"numeric":["<","1"]}]}', 'Value of < must be numeric', 24],
    ['{"a":[{"numeric":["="]}]}', 'Value of equals must be numeric', 23],
    ['{"a":[{"numeric":["=",1,2]}]}', 'Too many elements in numeric expression', 26],
    ['{"a":[{"numeric":["<",1,">",0]}]}', 'Too many elements in numeric expression', 26],
    ['{"a":[{"numeric":[">",1,2]}]}', 'Bad value in numeric range: 2', 26],
    ['{"a":[{"numeric":[">",1,">",2]}]}', 'Bad numeric range operator: >', 28],
    ['{"a":[{"numeric":[">",1,"<","2"]}]}', 'Value of < must be numeric', 30],
    ['{"a":[{"numeric":[">",1,"<",2,3]}]}', 'Too many terms in numeric range expression', 32],
    ['{"a":[{"numeric":[">",2,"<",2]}]}', 'Bottom must be less than top', 31],
    [
      '{"a":[{"numeric":["=",1000000001]}]}',
      'Value must be between -1000000000 and 1000000000, inclusive',
      34,
    ],
  ])('%s: %s', (policy, reason, column) => {
    const source = `[Source: (String)"${policy}"; line: 1, column: ${column}]`;
    expect(snsText(policy)).toBe(`FilterPolicy: ${reason}\n at ${source}`);
  });

  it('say the line', () => {
    const policy = '{\r\n  "a": [\n  ]\n}';
    expect(snsText(policy)).toMatch(/; line: 3, column: 4]$/);
  });

  it('show no more than 500 characters of the policy', () => {
    const policy = `{"a":["${'x'.repeat(600)}"],"b":[]}`;
    const end = `${'x'.repeat(493)}"[truncated 117 chars]; line: 1, column: 617]`;
    expect(snsText(policy).endsWith(end)).toBe(true);
  });
});

describe('problems of blocks of addresses, which name no place', () => {
  it.each([
    ['10.0.0.0', "Malformed CIDR, one '/' required"],
    ['10.0.0.0/8/9', "Malformed CIDR, one '/' required"],
    ['10.0.0.0/x', 'Malformed CIDR, mask bits must be an integer'],
    ['10.0.0.0/', 'Malformed CIDR, mask bits must be an integer'],
    ['10.0.0.0/-1', 'Malformed CIDR, mask bits must not be negative'],
    ['10.0.0/8', 'Nonstandard IP address: 10.0.0'],
    ['example.com/8', 'Nonstandard IP address: example.com'],
    ['10.0.0.0/33', 'IPv4 mask bits must be < 33'],
    ['::/129', 'IPv6 mask bits must be < 129'],
  ])('%s: %s', (block, reason) => {
    expect(snsText(`{"a":[{"cidr":"${block}"}]}`)).toBe(`FilterPolicy: ${reason}`);
  });
});

describe('texts that are no JSON', () => {
  it.each([
    '',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":["x"}',
    '{"a":["x",]}',
    '{"a":["x"],}',
    '{a:["x"]}',
    "{'a':['x']}",
    '{"a":[01]}',
    '{"a":[1.]}',
    '{"a":[.5]}',
    '{"a":[+1]}',
    '{"a":[NaN]}',
    '{"a":[tru]}',
    '{"a":["\\x"]}',
    '{"a":["\\u12g4"]}',
    '{"a":["line\nbreak"]}',
    '{"a":["x',
    '{"a":["x\\',
    '{"a":["x"]} x',
    '{"a":["x"]}{}',
    `${'['.repeat(100_000)}`,
    `${'{"a":'.repeat(50_000)}`,
  ])('%.40s', (policy) => {
    expect(snsText(policy)).toBe('FilterPolicy: failed to parse JSON.');
  });

  it('are told by line and column to those who word it otherwise', () => {
    expect(problemIn('{"a":\n  x}', eventBusDialect).place).toEqual({ line: 2, column: 3 });
  });
});

describe('nesting', () => {
  const text = 'Filter policy scope MessageAttributes does not support nested filter policy';

  it('is refused for attributes', () => {
    expect(snsText('{"a":{"b":["x"]}}')).toBe(text);
    expect(snsText('{"$or":[{"a":{"b":["x"]}},{"c":["x"]}]}')).toBe(text);
    expect(snsText('{"$or":{"a":["x"]}}')).toBe(text);
  });

  it('leaves $or alone', () => {
    expect(
      parsePattern('{"$or":[{"a":["x"]},{"b":["y"]}]}', snsAttributesDialect).branches,
    ).toEqual([
      [{ path: 'a', terms: [{ kind: 'exact', value: 'x' }] }],
      [{ path: 'b', terms: [{ kind: 'exact', value: 'y' }] }],
    ]);
  });

  it('wants something inside', () => {
    expect(problemIn('{"a":{}}', snsBodyDialect).reason).toBe('Empty objects are not allowed');
  });
});

describe('limits of filter policies', () => {
  const values = (count: number) => Array.from({ length: count }, (_, n) => `v${n}`);
  const keys = (count: number) => values(count).map((key) => [key, ['x']] as const);
  const tooManyKeys = 'FilterPolicy: Filter policy can not have more than 5 keys';
  const tooComplex = 'FilterPolicy: Filter policy is too complex';

  it.each<[name: string, allowed: unknown, refused: unknown, text: string]>([
    ['5 keys', Object.fromEntries(keys(5)), Object.fromEntries(keys(6)), tooManyKeys],
    [
      '5 nested keys',
      { a: Object.fromEntries(keys(5)) },
      { a: Object.fromEntries(keys(4)), b: { c: ['x'], d: ['x'] } },
      tooManyKeys,
    ],
    [
      '5 keys in alternatives',
      { $or: [Object.fromEntries(keys(5)), { v0: ['y'] }] },
      { $or: [Object.fromEntries(keys(5)), { other: ['y'] }] },
      tooManyKeys,
    ],
    ['150 combinations', { a: values(15), b: values(10) }, { a: values(151) }, tooComplex],
    [
      '150 combinations by depth',
      { a: { b: { c: values(25) } }, d: { e: ['x'] } },
      { a: { b: { c: values(25) } }, d: { e: ['x'] }, f: values(2) },
      tooComplex,
    ],
    [
      '150 combinations in all alternatives',
      { a: values(10), $or: [{ b: values(7) }, { c: values(8) }] },
      { a: values(10), $or: [{ b: values(8) }, { c: values(8) }] },
      tooComplex,
    ],
    [
      '3 wildcards in a text',
      { a: [{ wildcard: '*a*b*' }] },
      { a: [{ wildcard: '*a*b*c*' }] },
      tooComplex,
    ],
    [
      '100 points of wildcards',
      { a: values(10).map((v) => ({ wildcard: `${v}*` })) },
      { a: values(10).map((v) => ({ wildcard: `${v}*` })), b: [{ wildcard: 'a*' }] },
      tooComplex,
    ],
    [
      '100 points of several wildcards each',
      { a: values(5).map((v) => ({ wildcard: `*${v}*` })), b: [{ wildcard: 'a*' }] },
      { a: values(6).map((v) => ({ wildcard: `*${v}*` })) },
      tooComplex,
    ],
    [
      '100 points of wildcards in anything-but',
      { a: values(10).map((v) => ({ 'anything-but': { wildcard: `*${v}*` } })) },
      { a: values(11).map((v) => ({ 'anything-but': { wildcard: `*${v}*` } })) },
      tooComplex,
    ],
    [
      '100 names in a path',
      { [values(100).join('.')]: ['x'] },
      { [values(101).join('.')]: ['x'] },
      tooComplex,
    ],
    ['256 KB', { a: ['x'.repeat(262_134)] }, { a: ['x'.repeat(262_135)] }, tooComplex],
    ['256 KB in UTF-8', { a: ['é'.repeat(131_067)] }, { a: ['é'.repeat(131_068)] }, tooComplex],
  ])('%s', (_name, allowed, refused, text) => {
    expect(() => parsePattern(JSON.stringify(allowed), snsBodyDialect)).not.toThrow();
    expect(snsText(JSON.stringify(refused), snsBodyDialect)).toBe(text);
  });

  it('stop a policy from multiplying out', () => {
    const or = `"$or":[{"a":["x"]},{"b":["x"]}]`;
    const policy = `{${Array.from({ length: 1_000 }, () => or)}}`;
    expect(snsText(policy, snsBodyDialect)).toBe(tooComplex);
  });
});

describe('event patterns', () => {
  it.each([
    ['{}', 'Empty objects are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":["x"],"a":["y"]}', 'Path `a` cannot be allowed multiple times'],
    ['{"a.b":["x"],"a":{"b":["y"]}}', 'Path `a.b` cannot be allowed multiple times'],
    ['{"a":["x"],"$or":[{"a":["y"]},{"b":["y"]}]}', 'Path `a` cannot be allowed multiple times'],
    ['{"a":[{"exactly":1}]}', 'exact match pattern must be a string'],
    ['{"a":[{"prefix":{"suffix":"x"}}]}', 'Unsupported prefix pattern: suffix'],
    [
      '{"a":[{"prefix":{"equals-ignore-case":1}}]}',
      'equals-ignore-case match pattern must be a string',
    ],
    [
      '{"a":[{"prefix":{"equals-ignore-case":"x","b":1}}]}',
      'Only one key allowed in match expression',
    ],
    ['{"a":[{"anything-but":{"suffix":[]}}]}', 'Empty arrays are not allowed'],
    ['{"a":[{"anything-but":{"suffix":[1]}}]}', 'suffix match pattern must be a string'],
  ])('%s: %s', (pattern, reason) => {
    expect(problemIn(pattern, eventBusDialect)).toMatchObject({ code: 'form', reason });
  });

  it('may have the same path in different alternatives', () => {
    const pattern = '{"$or":[{"a":["x"]},{"a":["y"]}]}';
    expect(parsePattern(pattern, eventBusDialect).branches).toHaveLength(2);
  });

  it('have at most 1,000 combinations of alternatives', () => {
    const or = (prefix: string) => ({
      $or: Array.from({ length: 10 }, (_, n) => ({ [prefix + n]: ['x'] })),
    });
    const pattern = (count: number) =>
      JSON.stringify(
        Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, or('v')])),
      );
    expect(parsePattern(pattern(3), eventBusDialect).branches).toHaveLength(1_000);
    expect(problemIn(pattern(4), eventBusDialect).code).toBe('complexity');
  });
});
