/** Filter policies over message attributes. */
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../src/matching/event.ts';
import { parsePattern } from '../../src/matching/parse-pattern.ts';
import { PatternIndex } from '../../src/matching/pattern-index.ts';
import { snsAttributesDialect } from '../../src/matching/sns-dialect.ts';

type Row = readonly [name: string, policy: unknown, attribute: Attribute, matches: boolean];

const string = (value: string): Attribute => ({ type: 'String', value });
const number = (value: string): Attribute => ({ type: 'Number', value });
const array = (value: string): Attribute => ({ type: 'String.Array', value });

function matches(policy: unknown, attributes: readonly (readonly [string, Attribute])[]): boolean {
  const index = new PatternIndex<string>();
  index.add('it', parsePattern(JSON.stringify(policy), snsAttributesDialect));
  return index.matchAttributes(attributes).length === 1;
}

const table = (rows: readonly Row[]): void =>
  it.each(rows)('%s', (_name, policy, attribute, expected) => {
    expect(matches(policy, [['a', attribute]])).toBe(expected);
  });

describe('attributes of type String', () => {
  table([
    ['match texts', { a: ['rugby', 'tennis'] }, string('tennis'), true],
    ['match operators on texts', { a: [{ prefix: 'bas' }] }, string('baseball'), true],
    ['are no numbers', { a: [100] }, string('100'), false],
    ['are no literals', { a: [true, null] }, string('true'), false],
    ['are not read as arrays', { a: ['x'] }, string('["x"]'), false],
    ['may have a type of their own', { a: ['x'] }, { type: 'String.mine', value: 'x' }, true],
    ['have escaped quotes unescaped', { a: ['say "x"'] }, string('say \\"x\\"'), true],
    ['have escaped backslashes unescaped', { a: ['C:\\temp'] }, string('C:\\\\temp'), true],
    ['with bare quotes match no text', { a: ['say "x"'] }, string('say "x"'), false],
    ['with bare quotes are there', { a: [{ exists: true }] }, string('say "x"'), true],
    [
      'with bare quotes are anything but a text',
      { a: [{ 'anything-but': 'x' }] },
      string('"'),
      true,
    ],
    [
      'with bare quotes have no prefix',
      { a: [{ prefix: '' }, { wildcard: '*' }] },
      string('"'),
      false,
    ],
  ]);
});

describe('attributes of type Number', () => {
  table([
    ['match numbers by value', { a: [300] }, number('3.0e2'), true],
    ['match numeric conditions', { a: [{ numeric: ['>', 0, '<=', 150] }] }, number('150'), true],
    ['are no texts', { a: ['100', { prefix: '1' }] }, number('100'), false],
    ['may have a type of their own', { a: [1] }, { type: 'Number.int', value: '1' }, true],
    ['that are none match no number', { a: [{ numeric: ['>=', -1e9] }] }, number('many'), false],
    ['that are none are there', { a: [{ exists: true }] }, number('many'), true],
  ]);
});

describe('attributes of type String.Array', () => {
  table([
    ['match by any element', { a: ['y'] }, array('["x","y"]'), true],
    ['match by no element', { a: ['z'] }, array('["x","y"]'), false],
    ['have numbers', { a: [2] }, array('["x",2]'), true],
    ['have literals', { a: [true] }, array('[null,true]'), true],
    ['match numeric conditions', { a: [{ numeric: ['>', 1] }] }, array('[1,2]'), true],
    [
      'match anything-but by one element',
      { a: [{ 'anything-but': ['x'] }] },
      array('["x","y"]'),
      true,
    ],
    ['lead to fields of objects', { 'a.b': ['x'] }, array('[{"b":"x"}]'), true],
    ['keep objects apart', { 'a.b': [1], 'a.c': [2] }, array('[{"b":1},{"c":2}]'), false],
    ['that are empty are absent', { a: [{ exists: false }] }, array('[]'), true],
    ['that are no JSON are absent', { a: [{ exists: false }] }, array('["x"'), true],
    ['that are no arrays are absent', { a: [{ exists: false }] }, array('"x"'), true],
  ]);
});

describe('attributes', () => {
  it('must all match', () => {
    const policy = { a: ['x'], b: [{ numeric: ['<', 5] }], c: [{ exists: false }] };
    expect(
      matches(policy, [
        ['a', string('x')],
        ['b', number('4')],
      ]),
    ).toBe(true);
    expect(
      matches(policy, [
        ['a', string('x')],
        ['b', number('5')],
      ]),
    ).toBe(false);
    expect(matches(policy, [['a', string('x')]])).toBe(false);
  });

  it('of type Binary are ignored', () => {
    const binary: Attribute = { type: 'Binary', value: 'eA==' };
    expect(matches({ a: [{ exists: true }] }, [['a', binary]])).toBe(false);
    expect(matches({ a: [{ exists: false }] }, [['a', binary]])).toBe(true);
  });

  it('have names with dots', () => {
    expect(matches({ 'a.b': ['x'] }, [['a.b', string('x')]])).toBe(true);
  });

  it('match an empty policy without being there', () => {
    expect(matches({}, [])).toBe(true);
  });

  it('may be called like properties of objects', () => {
    expect(matches({ constructor: [{ exists: false }] }, [])).toBe(true);
    expect(matches({ constructor: ['x'] }, [['constructor', string('x')]])).toBe(true);
  });
});
