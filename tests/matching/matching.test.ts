/** What patterns match, by tables: event patterns and filter policies over JSON. */
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/matching/dialect.ts';
import { eventBusDialect } from '../../src/matching/event-bus-dialect.ts';
import { parsePattern } from '../../src/matching/parse-pattern.ts';
import { PatternIndex } from '../../src/matching/pattern-index.ts';
import { snsBodyDialect } from '../../src/matching/sns-dialect.ts';

/** `pattern`, `event` and `matches` in one line; texts are JSON where order or repetition count. */
type Row = readonly [name: string, pattern: unknown, event: unknown, matches: boolean];

const asText = (json: unknown) => (typeof json === 'string' ? json : JSON.stringify(json));

/** Other patterns on the same fields: with them the pattern is found by index, not by trial. */
const company = Array.from({ length: 12 }, (_, n) => ({ [n < 9 ? 'a' : 'b']: [`other ${n}`] }));

function matchesIn(index: PatternIndex<string>, pattern: unknown, event: unknown, d: Dialect) {
  index.add('it', parsePattern(asText(pattern), d));
  return index.matchJson(JSON.parse(asText(event))).includes('it');
}

function check(rows: readonly Row[], dialect: Dialect = eventBusDialect): void {
  it.each(rows)('%s', (_name, pattern, event, matches) => {
    const alone = new PatternIndex<string>();
    const crowded = new PatternIndex<string>();
    company.forEach((other, n) => {
      crowded.add(`${n}`, parsePattern(asText(other), dialect));
    });
    expect(matchesIn(alone, pattern, event, dialect)).toBe(matches);
    expect(matchesIn(crowded, pattern, event, dialect)).toBe(matches);
  });
}

const sample = {
  version: '0',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000'],
  detail: {
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    'instance-id': 'i-000000aaaaaa00000',
    state: 'running',
  },
};

describe('keys', () => {
  check([
    [
      'must all hold',
      {
        'detail-type': ['EC2 Instance State-change Notification'],
        resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000'],
        detail: { state: ['initializing', 'running'] },
      },
      sample,
      true,
    ],
    ['fail together with one of them', { source: ['aws.ec2'], version: ['1'] }, sample, false],
    ['that are absent fail', { source: ['aws.ec2'], nothing: ['x'] }, sample, false],
    [
      'of all kinds of conditions hold together',
      {
        source: [{ prefix: 'aws.' }],
        detail: {
          state: [{ 'anything-but': 'initializing' }],
          'c-count': [{ numeric: ['>', 0, '<=', 5] }],
          'd-count': [{ numeric: ['<', 10] }],
          'x-limit': [{ 'anything-but': [100, 200, 300] }],
          'source-ip': [{ cidr: '10.0.0.0/8' }],
        },
      },
      sample,
      true,
    ],
    ['with dots match nested objects', { 'a.b': ['x'] }, { a: { b: 'x' } }, true],
    ['with dots match names with dots', { 'a.b': ['x'] }, { 'a.b': 'x' }, true],
    ['that are nested match names with dots', { a: { b: ['x'] } }, { 'a.b': 'x' }, true],
    ['may mix both', { a: { 'b.c': { d: ['x'] } } }, { 'a.b': { 'c.d': 'x' } }, true],
    ['are not the start of longer ones', { 'a.b': ['x'] }, { a: 'x' }, false],
    ['may be empty', { '': { '': ['x'] } }, { '': { '': 'x' } }, true],
    ['may be called like properties of objects', { toString: ['x'] }, { toString: 'x' }, true],
    ['are not inherited', { toString: [{ exists: true }] }, { a: 1 }, false],
    ['may be called __proto__', '{"__proto__":{"a":["x"]}}', '{"__proto__":{"a":"x"}}', true],
    ['called __proto__ are not prototypes', { a: ['x'] }, '{"__proto__":{"a":"x"}}', false],
    ['called $or are ordinary without objects', { $or: ['x', 'y'] }, { $or: 'y' }, true],
  ]);
});

describe('exact values', () => {
  check([
    ['compare texts with case', { a: ['x'] }, { a: 'X' }, false],
    ['match empty texts', { a: [''] }, { a: '' }, true],
    ['compare numbers by value', { a: [3.0e2] }, '{"a":300.00}', true],
    ['tell numbers from texts', { a: [300] }, { a: '300' }, false],
    ['tell texts from numbers', { a: ['300'] }, { a: 300 }, false],
    ['tell true from its name', { a: [true] }, { a: 'true' }, false],
    ['tell true from 1', { a: [true] }, { a: 1 }, false],
    ['match false', { a: [false] }, { a: false }, true],
    ['match null', { a: [null] }, { a: null }, true],
    ['take an absent key for no null', { a: [null] }, { b: 1 }, false],
    ['treat minus zero as zero', { a: [0] }, '{"a":-0}', true],
    ['match one of several', { a: ['x', 2, null] }, { a: 2 }, true],
    ['may be written as an operator', { a: [{ exactly: 'x' }] }, { a: 'x' }, true],
  ]);
});

describe('prefix, suffix, equals-ignore-case', () => {
  check([
    ['a prefix starts the text', { a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    ['a prefix may be the text', { a: [{ prefix: 'abc' }] }, { a: 'abc' }, true],
    ['a prefix is not longer than the text', { a: [{ prefix: 'abcd' }] }, { a: 'abc' }, false],
    ['a prefix counts case', { a: [{ prefix: 'AB' }] }, { a: 'abc' }, false],
    ['an empty prefix matches texts', { a: [{ prefix: '' }] }, { a: '' }, true],
    ['an empty prefix matches only texts', { a: [{ prefix: '' }] }, { a: 1 }, false],
    ['a prefix is for texts, not numbers', { a: [{ prefix: '1' }] }, { a: 12 }, false],
    ['a suffix ends the text', { a: [{ suffix: 'bc' }] }, { a: 'abc' }, true],
    ['a suffix is not the start', { a: [{ suffix: 'ab' }] }, { a: 'abc' }, false],
    ['a suffix is not longer than the text', { a: [{ suffix: 'xabc' }] }, { a: 'abc' }, false],
    ['a suffix may be an emoji', { a: [{ suffix: '😀' }] }, { a: 'ab😀' }, true],
    ['case can be ignored', { a: [{ 'equals-ignore-case': 'aBc' }] }, { a: 'AbC' }, true],
    ['ignoring case is not a prefix', { a: [{ 'equals-ignore-case': 'aB' }] }, { a: 'AbC' }, false],
    [
      'case can be ignored in Greek',
      { a: [{ 'equals-ignore-case': 'ΟΔΟΣ' }] },
      { a: 'οδος' },
      true,
    ],
    [
      'a prefix may ignore case',
      { a: [{ prefix: { 'equals-ignore-case': 'EventB' } }] },
      { a: 'EVENTBridge' },
      true,
    ],
    [
      'a prefix that ignores case is at the start',
      { a: [{ prefix: { 'equals-ignore-case': 'bridge' } }] },
      { a: 'EventBridge' },
      false,
    ],
    [
      'a Greek prefix may end in the middle of a word',
      { a: [{ prefix: { 'equals-ignore-case': 'ΟΔΟΣ' } }] },
      { a: 'οδοσα' },
      true,
    ],
    [
      'a suffix may ignore case',
      { a: [{ suffix: { 'equals-ignore-case': '.PNG' } }] },
      { a: 'picture.png' },
      true,
    ],
  ]);
});

describe('wildcard', () => {
  check([
    [
      'stands for some characters',
      { a: [{ wildcard: 'Simple*Service' }] },
      { a: 'Simple Queue Service' },
      true,
    ],
    ['stands for no characters', { a: [{ wildcard: 'a*b' }] }, { a: 'ab' }, true],
    ['stands for line breaks', { a: [{ wildcard: 'a*b' }] }, { a: 'a\n\nb' }, true],
    ['does not let literals overlap', { a: [{ wildcard: 'ab*ba' }] }, { a: 'aba' }, false],
    [
      'does not let inner literals overlap the end',
      { a: [{ wildcard: 'x*abc*c' }] },
      { a: 'xabc' },
      false,
    ],
    ['must begin right', { a: [{ wildcard: 'a*' }] }, { a: 'ba' }, false],
    ['must end right', { a: [{ wildcard: '*a' }] }, { a: 'ab' }, false],
    ['may stand alone', { a: [{ wildcard: '*' }] }, { a: '' }, true],
    ['is for texts', { a: [{ wildcard: '*' }] }, { a: 1 }, false],
    ['may be missing', { a: [{ wildcard: 'abc' }] }, { a: 'abc' }, true],
    ['that is missing leaves an exact text', { a: [{ wildcard: 'abc' }] }, { a: 'abcd' }, false],
    ['may occur several times', { a: [{ wildcard: '*a*b*c*' }] }, { a: '1a2b3c4' }, true],
    ['keeps the order of literals', { a: [{ wildcard: '*a*b*' }] }, { a: 'ba' }, false],
    ['can be escaped', { a: [{ wildcard: 'a\\*b' }] }, { a: 'a*b' }, true],
    ['that is escaped is a character', { a: [{ wildcard: 'a\\*b' }] }, { a: 'axb' }, false],
    ['escapes backslashes', { a: [{ wildcard: 'C:\\\\*' }] }, { a: 'C:\\temp' }, true],
    [
      'finds long literals',
      { a: [{ wildcard: `*${'ab'.repeat(30)}c*` }] },
      { a: `x${'ab'.repeat(40)}cd` },
      true,
    ],
    [
      'misses long literals',
      { a: [{ wildcard: `*${'ab'.repeat(30)}c*` }] },
      { a: `x${'ab'.repeat(40)}d` },
      false,
    ],
    [
      'finds the regular expression characters',
      { a: [{ wildcard: '(.+)*$' }] },
      { a: '(.+)$$' },
      true,
    ],
  ]);
});

describe('anything-but', () => {
  const but = (excluded: unknown) => ({ a: [{ 'anything-but': excluded }] });
  check([
    ['excludes a text', but('x'), { a: 'x' }, false],
    ['lets other texts through', but('x'), { a: 'X' }, true],
    ['lets other types through', but('1'), { a: 1 }, true],
    ['lets null through', but('x'), { a: null }, true],
    ['needs the key', but('x'), { b: 'y' }, false],
    ['needs a value, not an object', but('x'), { a: { b: 1 } }, false],
    ['needs a value, not an empty list', but('x'), { a: [] }, false],
    ['excludes a number', but(1), { a: 1.0 }, false],
    ['excludes each of a list', but(['x', 'y']), { a: 'y' }, false],
    ['excludes each of a list of numbers', but([1, 2]), { a: 2 }, false],
    [
      'is satisfied by one element of a list',
      but(['rugby', 'tennis']),
      { a: ['rugby', 'baseball'] },
      true,
    ],
    [
      'fails when all elements are excluded',
      but(['rugby', 'tennis']),
      { a: ['rugby', 'tennis'] },
      false,
    ],
    ['excludes a prefix', but({ prefix: 'init' }), { a: 'initializing' }, false],
    ['lets what has another prefix through', but({ prefix: 'init' }), { a: 'running' }, true],
    ['lets what cannot have the prefix through', but({ prefix: '1' }), { a: 12 }, true],
    ['excludes prefixes', but({ prefix: ['a', 'b'] }), { a: 'bc' }, false],
    ['excludes a suffix', but({ suffix: 'ing' }), { a: 'running' }, false],
    ['excludes suffixes', but({ suffix: ['x', 'ing'] }), { a: 'running' }, false],
    ['excludes a wildcard', but({ wildcard: '*/lib/*' }), { a: '/usr/lib/x' }, false],
    [
      'lets what differs from the wildcards through',
      but({ wildcard: ['*.a', '*.b'] }),
      { a: 'x.c' },
      true,
    ],
    ['excludes whatever the case', but({ 'equals-ignore-case': 'x' }), { a: 'X' }, false],
    [
      'excludes each whatever the case',
      but({ 'equals-ignore-case': ['x', 'y'] }),
      { a: 'Y' },
      false,
    ],
    [
      'may stand beside exists false, for a key that is absent',
      { a: [{ 'anything-but': 'x' }, { exists: false }] },
      { b: 1 },
      true,
    ],
    [
      'may stand beside exists false, for a key that is there',
      { a: [{ 'anything-but': 'x' }, { exists: false }] },
      { a: 'x' },
      false,
    ],
  ]);
});

describe('numeric', () => {
  const numeric = (...expression: unknown[]) => ({ a: [{ numeric: expression }] });
  check([
    ['compares for equality', numeric('=', 3.018e2), { a: 301.8 }, true],
    ['does not compare texts', numeric('=', 1), { a: '1' }, false],
    ['has an open upper bound', numeric('<', 5), { a: 5 }, false],
    ['has a closed upper bound', numeric('<=', 5), { a: 5 }, true],
    ['has no lower bound of its own', numeric('<', 5), { a: -1e300 }, true],
    ['has an open lower bound', numeric('>', 5), { a: 5 }, false],
    ['has a closed lower bound', numeric('>=', 5), { a: 5 }, true],
    ['has no upper bound of its own', numeric('>', 5), { a: 1e300 }, true],
    ['has ranges', numeric('>', 0, '<=', 5), { a: 5 }, true],
    ['has ranges that end', numeric('>', 0, '<=', 5), { a: 5.00001 }, false],
    ['has ranges that begin', numeric('>', 0, '<=', 5), { a: 0 }, false],
    ['tells five decimals apart', numeric('<', 0.00002), { a: 0.00001 }, true],
  ]);
});

describe('exists', () => {
  check([
    ['true needs the key', { a: [{ exists: true }] }, { b: 1 }, false],
    ['true is satisfied by null', { a: [{ exists: true }] }, { a: null }, true],
    ['true is satisfied by an element', { a: [{ exists: true }] }, { a: [1] }, true],
    ['true is about leaves only', { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ['true wants elements', { a: [{ exists: true }] }, { a: [] }, false],
    ['false needs the absence', { a: [{ exists: false }] }, { a: 1 }, false],
    ['false is satisfied by nothing', { a: [{ exists: false }] }, {}, true],
    ['false is satisfied by an object', { a: [{ exists: false }] }, { a: { b: 1 } }, true],
    ['false is satisfied by an empty list', { a: [{ exists: false }] }, { a: [] }, true],
    ['false below an absent object', { a: { b: [{ exists: false }] } }, {}, true],
    ['false beside a value', { a: [{ exists: false }, 'x'] }, { a: 'x' }, true],
    ['false with another key', { a: [{ exists: false }], b: ['x'] }, { b: 'x' }, true],
    ['false with another key that fails', { a: [{ exists: false }], b: ['x'] }, { b: 'y' }, false],
    ['false twice', { a: [{ exists: false }], b: [{ exists: false }] }, { b: 'y' }, false],
  ]);
});

describe('cidr', () => {
  const cidr = (block: string) => ({ a: [{ cidr: block }] });
  check([
    ['contains its first address', cidr('10.0.0.0/24'), { a: '10.0.0.0' }, true],
    ['contains its last address', cidr('10.0.0.0/24'), { a: '10.0.0.255' }, true],
    ['ends there', cidr('10.0.0.0/24'), { a: '10.0.1.0' }, false],
    ['may be given by any of its addresses', cidr('10.0.0.77/24'), { a: '10.0.0.1' }, true],
    ['has boundaries inside bytes', cidr('10.0.0.128/25'), { a: '10.0.0.127' }, false],
    ['may be everything', cidr('0.0.0.0/0'), { a: '255.255.255.255' }, true],
    ['may be one address', cidr('10.0.0.1/32'), { a: '10.0.0.1' }, true],
    ['is about texts that are addresses', cidr('0.0.0.0/0'), { a: '10.0.0' }, false],
    ['is about addresses in range', cidr('0.0.0.0/0'), { a: '10.0.0.256' }, false],
    ['is about texts', cidr('0.0.0.0/0'), { a: 10 }, false],
    ['of IPv4 has no IPv6', cidr('0.0.0.0/0'), { a: '::1' }, false],
    ['of IPv6 has no IPv4', cidr('::/0'), { a: '10.0.0.1' }, false],
    ['may be IPv6', cidr('2001:db8::/32'), { a: '2001:db8:ffff::1' }, true],
    ['may be IPv6 in full', cidr('2001:db8::/32'), { a: '2001:0DB8:0:0:0:0:0:1' }, true],
    ['of IPv6 ends', cidr('2001:db8::/32'), { a: '2001:db9::' }, false],
    ['may be written with an IPv4 tail', cidr('::ffff:0:0/96'), { a: '::ffff:10.0.0.1' }, true],
    ['takes no IPv4 in the middle', cidr('::/0'), { a: '10.0.0.1::' }, false],
    ['takes no colons only', cidr('::/0'), { a: ':::' }, false],
    ['takes no three groups', cidr('::/0'), { a: '1:2:3' }, false],
    ['takes no gap of no groups', cidr('::/0'), { a: '1:2:3:4::5:6:7:8' }, false],
    ['takes no nine groups', cidr('::/0'), { a: '1:2:3:4:5:6:7:8:9' }, false],
  ]);
});

describe('$or', () => {
  const pattern = {
    source: ['aws.cloudwatch'],
    $or: [
      { metricName: ['CPUUtilization', 'ReadLatency'] },
      {
        metricType: ['MetricType'],
        namespace: ['AWS/EC2', 'AWS/ES'],
        $or: [{ metricId: [1234] }, { spaceId: [1000] }],
      },
      { scope: ['Service'] },
    ],
  };
  const source = 'aws.cloudwatch';
  check([
    ['takes its first alternative', pattern, { source, metricName: 'ReadLatency' }, true],
    ['takes its last alternative', pattern, { source, scope: 'Service' }, true],
    ['takes none alone', pattern, { source }, false],
    ['goes with the other keys', pattern, { scope: 'Service' }, false],
    [
      'takes alternatives of alternatives',
      pattern,
      { source, metricType: 'MetricType', namespace: 'AWS/ES', spaceId: 1000 },
      true,
    ],
    [
      'needs all of an alternative',
      pattern,
      { source, metricType: 'MetricType', spaceId: 1000 },
      false,
    ],
    ['may be below a key', { a: { $or: [{ b: [1] }, { c: [2] }] } }, { a: { c: 2 } }, true],
    [
      'below a key is about what is below',
      { a: { $or: [{ b: [1] }, { c: [2] }] } },
      { c: 2 },
      false,
    ],
    [
      'may stand twice',
      { $or: [{ a: [1] }, { b: [2] }], x: { $or: [{ c: [1] }, { d: [2] }] } },
      { b: 2, x: { c: 1 } },
      true,
    ],
    [
      'twice must hold twice',
      { $or: [{ a: [1] }, { b: [2] }], x: { $or: [{ c: [1] }, { d: [2] }] } },
      { a: 1, b: 2 },
      false,
    ],
    [
      'as an ordinary key has nested keys',
      { $or: { metricType: ['MetricType'] } },
      { $or: { metricType: 'MetricType' } },
      true,
    ],
    [
      'is an ordinary key when an object has a reserved name',
      { $or: [{ numeric: ['=', 123] }, { prefix: 'abc' }] },
      { $or: 'abcd' },
      true,
    ],
    ['is an ordinary key with one object', { $or: [{ prefix: 'abc' }] }, { $or: 'abcd' }, true],
  ]);
});

describe('arrays in events', () => {
  const employees = [
    { firstName: 'John', lastName: 'Doe' },
    { firstName: 'Anna', lastName: 'Smith' },
    { firstName: 'Peter', lastName: 'Jones' },
  ];
  const [john, anna, peter] = employees;
  const name = (firstName: string, lastName: string) => ({
    employees: { firstName: [firstName], lastName: [lastName] },
  });
  const s3 = (...keys: string[]) => ({
    Records: keys.map((key) => ({ eventName: `Put ${key}`, s3: { object: { key } } })),
  });
  check([
    ['match by any element', { a: ['y'] }, { a: ['x', 'y'] }, true],
    ['match by no element', { a: ['z'] }, { a: ['x', 'y'] }, false],
    ['match by elements of arrays inside', { a: ['y'] }, { a: [['x'], [['y']]] }, true],
    ['lead to objects', { employees: { firstName: ['Anna'] } }, { employees }, true],
    ['lead to the fields of one object', name('Anna', 'Smith'), { employees }, true],
    ['do not lead to fields of two objects', name('Anna', 'Jones'), { employees }, false],
    [
      'inside arrays lead to objects',
      name('Peter', 'Jones'),
      { employees: [[john, anna], [peter]] },
      true,
    ],
    [
      'inside arrays keep objects apart',
      name('Anna', 'Jones'),
      { employees: [[john, anna], [peter]] },
      false,
    ],
    [
      'inside one array keep objects apart',
      name('John', 'Smith'),
      { employees: [[john, anna], [peter]] },
      false,
    ],
    [
      'at different keys are chosen from separately',
      { a: { x: [2] }, b: { x: [1] } },
      { a: [{ x: 1 }, { x: 2 }], b: [{ x: 1 }, { x: 2 }] },
      true,
    ],
    [
      'inside objects of arrays are chosen from within one object',
      { a: { id: [1], b: { x: [2] } } },
      {
        a: [
          { id: 1, b: [{ x: 1 }, { x: 3 }] },
          { id: 2, b: [{ x: 2 }, { x: 4 }] },
        ],
      },
      false,
    ],
    [
      'inside objects of arrays match when one object has all',
      { a: { id: [2], b: { x: [4], y: [5] } } },
      {
        a: [
          { id: 1, b: [{ x: 1 }, { x: 4, y: 5 }] },
          { id: 2, b: [{ x: 2 }, { x: 4, y: 5 }] },
        ],
      },
      true,
    ],
    [
      'give values outside of objects to all',
      { 'a.b': [1], 'a.c': [2], d: [3] },
      { a: [{ b: 1, c: 2 }, { b: 2 }], d: [4, 3] },
      true,
    ],
    [
      'allow an absent field with one object',
      { a: { x: [1], y: [{ exists: false }] } },
      { a: [{ x: 1 }, { x: 2 }] },
      true,
    ],
    [
      'have a field when any object has it',
      { a: { x: [1], y: [{ exists: false }] } },
      { a: [{ x: 1 }, { y: 2 }] },
      false,
    ],
    [
      'reached in two ways are searched for a way that agrees',
      { 'a.b.c': [1], 'a.b.d': [2] },
      { a: [{ b: { c: 1 } }, { b: { d: 2 } }], 'a.b': [{ c: 3 }, { d: 2 }] },
      true,
    ],
    [
      'are those of S3 notifications',
      { Records: { s3: { object: { key: [{ prefix: 'auto-' }] } } } },
      s3('x', 'auto-1'),
      true,
    ],
    [
      'of S3 notifications keep records apart',
      { Records: { eventName: ['Put x'], s3: { object: { key: [{ prefix: 'auto-' }] } } } },
      s3('x', 'auto-1'),
      false,
    ],
  ]);
});

describe('in the dialect of filter policies', () => {
  check(
    [
      ['an empty policy matches everything', {}, { a: 1 }, true],
      ['of two equal keys the last counts', '{"a":["x"],"a":["y"]}', { a: 'x' }, false],
      [
        'of two equal paths the last counts',
        { 'a.b': ['x'], a: { b: ['y'] } },
        { a: { b: 'y' } },
        true,
      ],
      [
        'a key inside an alternative counts',
        { a: [1], $or: [{ a: [2] }, { b: [3] }] },
        { a: 2 },
        true,
      ],
    ],
    snsBodyDialect,
  );
});
