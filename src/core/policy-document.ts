/**
 * The form of an access policy, which is the same for every service. What a service counts and how
 * it words a refusal is its own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { isJsonObject, type JsonObject, parseJsonObject } from './json-object.ts';

export interface PolicyDocument extends JsonObject {
  readonly Statement: readonly JsonObject[];
}

const VERSIONS: readonly unknown[] = [undefined, '2008-10-17', '2012-10-17'];

/** The policy that a text holds, its statements as a list; undefined where it has not that form. */
export function parsePolicyDocument(text: string): PolicyDocument | undefined {
  const policy = parseJsonObject(text);
  if (policy === undefined || !VERSIONS.includes(policy.Version)) return undefined;
  const statements = listOf(policy.Statement);
  if (statements.length === 0 || !statements.every(isStatement)) return undefined;
  return { ...policy, Statement: statements };
}

/** Policies write a list of one without the brackets. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The actions of a statement, be they what it is about or all but that. */
export const actionsOf = (statement: JsonObject): readonly unknown[] =>
  listOf(statement.Action ?? statement.NotAction);

/** How many principals a statement names; `*` is one. */
export function principalCount(statement: JsonObject): number {
  const principal = statement.Principal ?? statement.NotPrincipal;
  const kinds = isJsonObject(principal) ? Object.values(principal) : [principal];
  return kinds.reduce<number>((sum, names) => sum + listOf(names).length, 0);
}

function isStatement(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const { Sid, Effect, Condition } = value;
  return (
    (Sid === undefined || typeof Sid === 'string') &&
    (Effect === 'Allow' || Effect === 'Deny') &&
    isPrincipal(value.Principal ?? value.NotPrincipal) &&
    isNames(actionsOf(value)) &&
    (Condition === undefined ||
      (isJsonObject(Condition) && Object.values(Condition).every(isJsonObject)))
  );
}

const isNames = (value: unknown): boolean => {
  const names = listOf(value);
  return names.length > 0 && names.every((name) => typeof name === 'string');
};

const isPrincipal = (value: unknown): boolean =>
  value === '*' || (isJsonObject(value) && Object.values(value).every(isNames));
