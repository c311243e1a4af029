/** The text of a receipt handle. */
import { describe, expect, it } from 'vitest';
import {
  decodeReceiptHandle,
  encodeReceiptHandle,
} from '../../../src/services/sqs/receipt-handle.ts';

const handle = {
  queueId: '219f8380-5770-4cc2-8c3e-5c715e145f5e',
  sequence: 4_503_599_627_370_496,
  claims: 1_000,
  claimedAtMs: 1_767_225_600_000,
};
const text = encodeReceiptHandle(handle);

describe('a receipt handle', () => {
  it('is read as it was written, in the form of version 1', () => {
    expect(decodeReceiptHandle(text)).toEqual(handle);
    expect(Buffer.from(text, 'base64').toString()).toBe(
      '1:219f8380-5770-4cc2-8c3e-5c715e145f5e:4503599627370496:1000:1767225600000:1441900732',
    );
  });

  it('is short enough and made of characters that need no quoting', () => {
    expect(text.length).toBeLessThan(1_024);
    expect(text).toMatch(/^[A-Za-z0-9+/=]+$/);
  });

  it('is recognised when any of its characters is another', () => {
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(decodeReceiptHandle(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['other text', 'hello'],
    ['a longer text', `${text}AAAA`],
    ['a space in it', ` ${text}`],
    ['no padding', text.replace(/=+$/, '')],
    ['another version', encoded('2:q:1:1:1:1')],
    ['too few fields', encoded('1:q:1:1:1')],
    ['no number', encoded('1:q:-:1:1:1')],
    ['a very long text', 'A'.repeat(1_000_000)],
  ])('is not seen in %s', (_what, other) => {
    expect(decodeReceiptHandle(other)).toBeUndefined();
  });

  it('whose numbers no store can have is none', () => {
    expect(
      decodeReceiptHandle(encodeReceiptHandle({ ...handle, sequence: 2 ** 60 })),
    ).toBeUndefined();
    expect(decodeReceiptHandle(encodeReceiptHandle({ ...handle, claims: -1 }))).toBeUndefined();
  });
});

function encoded(plain: string): string {
  return Buffer.from(plain).toString('base64');
}
