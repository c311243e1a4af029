/** Reads the JSON objects that travel inside attributes: policies, filters and the like. */
import { isDeepStrictEqual } from 'node:util';

export interface JsonObject {
  readonly [member: string]: unknown;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a text holds, or undefined where it holds anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two texts are the same, or are JSON objects of the same content. */
export function meanTheSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [parseJsonObject(a), parseJsonObject(b)];
  return left !== undefined && right !== undefined && isDeepStrictEqual(left, right);
}
