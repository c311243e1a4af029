/** The ranges of docs/operating/limits.md against what the server takes. */
import { describe, expect, it } from 'vitest';
import { initialAttributes, readAttributes } from '../../src/services/sqs/queue-attributes.ts';
import { readPage, tableLines } from './markdown.ts';

const number = (text: string): number => Number(text.replaceAll(',', ''));

const ranges = tableLines(readPage('docs/operating/limits.md')).flatMap(
  ([name = '', range = '', value = '']) => {
    const [, min, max] = /^([\d,]+) to ([\d,]+)/.exec(range) ?? [];
    if (min === undefined || max === undefined || value === '') return [];
    return [{ name, min: number(min), max: number(max), fallback: number(value) }];
  },
);

it('has the ranges of all attributes that are numbers', () => {
  expect(ranges.map(({ name }) => name).toSorted()).toEqual([
    'DelaySeconds',
    'KmsDataKeyReusePeriodSeconds',
    'MaximumMessageSize',
    'MessageRetentionPeriod',
    'ReceiveMessageWaitTimeSeconds',
    'VisibilityTimeout',
  ]);
});

describe.each(ranges)('$name', ({ name, min, max, fallback }) => {
  it('has the range that the page shows', () => {
    const read = (value: number) => readAttributes({ [name]: String(value) }, false);
    expect(read(min)).toEqual({ [name]: String(min) });
    expect(read(max)).toEqual({ [name]: String(max) });
    expect(() => read(min - 1)).toThrow(name);
    expect(() => read(max + 1)).toThrow(name);
  });

  it('has the value that the page shows when it is not given', () => {
    expect(initialAttributes({}, false)[name]).toBe(String(fallback));
  });
});
