/** IP addresses and the blocks of them that a `cidr` condition names: RFC 4632, RFC 4291. */
import type { Network } from './pattern.ts';

/** What is wrong with a block, in AWS's words. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** The longest way to write an IPv6 address. */
const ADDRESS_CHARACTERS_MAX = 45;
const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const WHOLE_NUMBER = /^[+-]?\d{1,9}$/;

/** The 32 bits of an IPv4 address, the 128 of an IPv6 one, undefined for anything else. */
export function parseAddress(text: string): number | bigint | undefined {
  if (text.length > ADDRESS_CHARACTERS_MAX) return undefined;
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): number | undefined {
  const parts = V4.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((bits, part) => bits * 256 + part, 0);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const isWhole = halves.length === 1;
  const left = parseGroups(halves[0] ?? '', isWhole);
  const right = isWhole ? [] : parseGroups(halves[1] ?? '', true);
  if (left === undefined || right === undefined) return undefined;
  const zeros = 8 - left.length - right.length;
  if (isWhole ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...left, ...Array<number>(zeros).fill(0), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** Groups of 16 bits; the last 32 bits of an address may be written as an IPv4 address. */
function parseGroups(text: string, isTail: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const tail = isTail ? parseV4(parts[parts.length - 1] ?? '') : undefined;
  if (tail !== undefined) parts.pop();
  if (!parts.every((part) => GROUP.test(part))) return undefined;
  const groups = parts.map((part) => Number.parseInt(part, 16));
  return tail === undefined ? groups : [...groups, Math.floor(tail / 0x10000), tail % 0x10000];
}

/** The leading bits of an address. */
export function leadingBits(address: number | bigint, bits: number): number | bigint {
  if (typeof address === 'bigint') return address >> BigInt(128 - bits);
  return Math.floor(address / 2 ** (32 - bits));
}

/** Reads `10.0.0.0/24`. Throws AddressError. */
export function parseNetwork(text: string): Network {
  const parts = text.split('/');
  const [address, mask] = parts;
  if (parts.length !== 2 || address === undefined || mask === undefined) {
    throw new AddressError("Malformed CIDR, one '/' required");
  }
  if (!WHOLE_NUMBER.test(mask)) {
    throw new AddressError('Malformed CIDR, mask bits must be an integer');
  }
  const bits = Number(mask);
  if (bits < 0) throw new AddressError('Malformed CIDR, mask bits must not be negative');
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new AddressError(`Nonstandard IP address: ${address}`);
  const isV4 = typeof parsed === 'number';
  if (isV4 && bits > 32) throw new AddressError('IPv4 mask bits must be < 33');
  if (!isV4 && bits > 128) throw new AddressError('IPv6 mask bits must be < 129');
  return { bits, prefix: leadingBits(parsed, bits) };
}
