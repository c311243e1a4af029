/** Custom expressions: what they match, which are refused, and that no text makes them slow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customIdentifier } from '../../src/data-protection/custom-identifier.ts';
import { Examination } from '../../src/data-protection/examination.ts';
import { PatternMatcher } from '../../src/data-protection/pattern-matcher.ts';
import { ITEMS_MAX, PatternSyntaxError } from '../../src/data-protection/pattern-syntax.ts';

const matches = (regex: string, text: string): string[] =>
  new PatternMatcher(regex).findAll(text).map(({ start, end }) => text.slice(start, end));

/** What JavaScript's own engine finds, which goes back and forth. */
const expected = (regex: string, text: string): string[] =>
  [...text.matchAll(new RegExp(regex, 'g'))].map(([match]) => match).filter((match) => match);

describe('expressions', () => {
  it.each([
    ['EID-\\d{9}-US', 'EID-123456789-US, EID-12345678-US'],
    ['a|ab', 'ab'],
    ['ab|a', 'ab a'],
    ['a*', 'baac'],
    ['a+?b?', 'aab'],
    ['a*?b', 'aab b'],
    ['x.*y', 'x1y2y\nx3'],
    ['x.*?y', 'x1y2y'],
    ['[a-c_-]+', 'ab-_d c'],
    ['[^a-c]+', 'abxyzc'],
    ['[^\\d,]+', '1,ab,2'],
    ['^ab|cd$', 'abcd'],
    ['^ab|cd$', 'xabcdx'],
    ['\\bID\\b', 'ID IDs xID'],
    ['\\BD', 'ID D'],
    ['\\w{2,3}', 'abcdefgh'],
    ['\\d{2,}', '1 12 12345'],
    ['\\s\\S\\W\\D', ' a-b'],
    ['a\\.b\\$', 'a.b$ axb$'],
    ['[\\]\\\\]', 'a]\\'],
    ['a?b?c?', 'acbc'],
    ['a{0}b', 'ab'],
    ['A', 'aA'],
    ['', 'abc'],
    ['a||b', 'ab'],
  ])('%j on %j match what a backtracking engine matches', (regex, text) => {
    expect(matches(regex, text)).toEqual(expected(regex, text));
  });

  it('match as a backtracking engine does, whatever they are made of', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\d', 'ab');
    const quantifier = fc.constantFrom(
      '',
      '*',
      '+',
      '?',
      '*?',
      '+?',
      '??',
      '{2}',
      '{1,3}',
      '{1,2}?',
    );
    const sequence = fc
      .array(fc.tuple(atom, quantifier), { maxLength: 4 })
      .map((items) => items.map((item) => item.join('')).join(''));
    const regex = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 12 });
    fc.assert(
      fc.property(regex, text, (expression, subject) => {
        // JavaScript takes an empty match where Java does too; neither is anything to find.
        fc.pre(!new RegExp(`^(?:${expression})$`).test(''));
        expect(matches(expression, subject)).toEqual(expected(expression, subject));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it.each([
    ['(a)', 'supported'],
    ['a"', 'supported'],
    ['ä', 'supported'],
    ['*a', 'nothing to repeat'],
    ['a|*', 'nothing to repeat'],
    ['^*', 'nothing to repeat'],
    ['a**', 'behind another'],
    ['a++', 'behind another'],
    ['a{2}{3}', 'behind another'],
    ['a{', 'braces'],
    ['a{,3}', 'braces'],
    ['a{3,2}', 'less than its minimum'],
    ['a}', 'unexpected'],
    ['a]', 'unexpected'],
    ['[a', 'without its end'],
    ['[]', 'bracket'],
    ['[a[b]]', 'bracket'],
    ['[b-a]', 'range'],
    ['[\\d-z]', 'range'],
    ['\\', 'escape'],
    ['\\1', 'escape'],
    ['\\p', 'escape'],
    [`a{${ITEMS_MAX + 1}}`, 'complicated'],
    ['a{200}b{200}', 'complicated'],
    ['a{1,999999999}', 'complicated'],
  ])('such as %j are refused', (regex, reason) => {
    expect(() => new PatternMatcher(regex)).toThrow(PatternSyntaxError);
    expect(() => new PatternMatcher(regex)).toThrow(reason);
  });

  it('never take half of a character', () => {
    const text = 'a😀b';
    const [range] = new Examination(text).find(customIdentifier('x', 'a.').identifier);
    expect(text.slice(range?.start, range?.end)).toBe('a😀');
  });
});

describe('hostile expressions', () => {
  const TEXTS = ['a'.repeat(20_000), `${'a'.repeat(20_000)}b`, 'ab'.repeat(10_000)];

  it.each([
    'a*a*a*a*a*c',
    'a|a[^x]*x',
    'a[^x]*x|a',
    '[ab]*a[ab]{100}',
    '.*.*.*x',
    'a?a?a?aaa',
    '[ab]+?[ab]+?$',
    'a',
  ])('take time by the length of the text: %s', (regex) => {
    for (const text of TEXTS) {
      const matcher = new PatternMatcher(regex);
      matcher.findAll(text);
      // One cell for each place and item, and a walk that passes each place and item once.
      expect(matcher.work).toBeLessThanOrEqual(3 * (text.length + 1) * (matcher.size + 1));
    }
  });
});
