/**
 * Reads the list of values of one key into terms: exact values, and the operators of the Amazon
 * SNS Developer Guide, "Amazon SNS subscription filter policies", and the Amazon EventBridge User
 * Guide, "Comparison operators for use in event patterns in Amazon EventBridge".
 *
 * Messages and the places they point to are those of AWS's parser, which reads token by token.
 */
import { AddressError, parseNetwork } from './address.ts';
import type { Operator, TextOperator } from './dialect.ts';
import type { JsonArray, JsonNode, JsonObject } from './json-text.ts';
import { parseNumeric } from './numeric-expression.ts';
import { foldCase, type Scalar, type Term } from './pattern.ts';
import { type PatternSource, stopAt } from './pattern-source.ts';
import { parseWildcard, WildcardError } from './wildcard.ts';

/** The terms of a key's list. Throws PatternError. */
export function parseTerms(array: JsonArray, source: PatternSource): Term[] {
  const terms = array.elements.map((element) => parseTerm(element, source));
  if (terms.length === 0) throw source.problem('Empty arrays are not allowed', array.end);
  return terms;
}

function parseTerm(node: JsonNode, source: PatternSource): Term {
  switch (node.kind) {
    case 'object':
      return parseExpression(node, source);
    case 'array':
      throw source.problem(
        'Match value must be String, number, true, false, or null',
        stopAt(node),
      );
    default:
      return { kind: 'exact', value: node.value };
  }
}

function parseExpression(node: JsonObject, source: PatternSource): Term {
  const { name, value } = onlyMember(node, 'Match expression name not found', source);
  if (!isOperator(name) || !source.dialect.operators.has(name)) {
    throw source.problem(`Unrecognized match type ${name}`, stopAt(value));
  }
  const term = PARSERS[name](value, source);
  refuseSecondMember(node, source);
  return term;
}

const PARSERS: { readonly [O in Operator]: (value: JsonNode, source: PatternSource) => Term } = {
  'anything-but': parseAnythingBut,
  cidr: parseCidr,
  'equals-ignore-case': (value, source) => parseTextTerm('equals-ignore-case', value, source),
  exactly: (value, source) => ({ kind: 'exact', value: textOf('exact', value, source) }),
  exists: parseExists,
  numeric: parseNumeric,
  prefix: (value, source) => parseAffix('prefix', value, source),
  suffix: (value, source) => parseAffix('suffix', value, source),
  wildcard: (value, source) => parseTextTerm('wildcard', value, source),
};

const isOperator = (name: string): name is Operator => Object.hasOwn(PARSERS, name);

function parseExists(value: JsonNode, source: PatternSource): Term {
  if (value.kind !== 'literal' || value.value === null) {
    const reason = 'exists match pattern must be either true or false.';
    throw source.problem(reason, stopAt(value));
  }
  return { kind: value.value ? 'present' : 'absent' };
}

function parseCidr(value: JsonNode, source: PatternSource): Term {
  try {
    return { kind: 'network', ...parseNetwork(textOf('prefix', value, source)) };
  } catch (error) {
    // AWS reads addresses outside its parser, so these messages name no place.
    throw error instanceof AddressError ? source.problem(error.message) : error;
  }
}

function parseAffix(operator: 'prefix' | 'suffix', value: JsonNode, source: PatternSource): Term {
  if (value.kind !== 'object' || !source.dialect.ignoreCaseInside) {
    return parseTextTerm(operator, value, source);
  }
  const inner = onlyMember(value, 'Match expression name not found', source);
  if (inner.name !== 'equals-ignore-case') {
    throw source.problem(`Unsupported ${operator} pattern: ${inner.name}`, stopAt(inner.value));
  }
  const text = textOf('equals-ignore-case', inner.value, source);
  refuseSecondMember(value, source);
  return { kind: operator, value: foldCase(text), ignoreCase: true };
}

function parseTextTerm(operator: TextOperator, value: JsonNode, source: PatternSource): Term {
  const text = textOf(operator, value, source);
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return { kind: operator, value: text, ignoreCase: false };
    case 'equals-ignore-case':
      return { kind: 'ignore-case', value: foldCase(text) };
    case 'wildcard':
      return parseWildcardTerm(text, value, source);
  }
}

function parseWildcardTerm(text: string, value: JsonNode, source: PatternSource): Term {
  try {
    const literals = parseWildcard(text);
    if (literals.length - 1 > source.dialect.wildcardsMax) throw source.tooComplex();
    return { kind: 'wildcard', literals };
  } catch (error) {
    throw error instanceof WildcardError ? source.problem(error.message, value.end) : error;
  }
}

function parseAnythingBut(value: JsonNode, source: PatternSource): Term {
  switch (value.kind) {
    case 'object':
      return { kind: 'anything-but', values: new Set(), terms: parseExcluded(value, source) };
    case 'array':
      return { kind: 'anything-but', values: parseExcludedValues(value, source), terms: [] };
    case 'string':
    case 'number':
      return { kind: 'anything-but', values: new Set([value.value]), terms: [] };
    default: {
      const reason = 'Value of anything-but must be an array or single string/number value.';
      throw source.problem(reason, stopAt(value));
    }
  }
}

function parseExcludedValues(array: JsonArray, source: PatternSource): Set<Scalar> {
  const [first] = array.elements;
  if (first === undefined) throw source.problem('Empty arrays are not allowed', array.end);
  const values = new Set<Scalar>();
  for (const element of array.elements) {
    if (element.kind !== 'string' && element.kind !== 'number') {
      const reason = 'Inside anything but list, start|null|boolean is not supported.';
      throw source.problem(reason, stopAt(element));
    }
    if (element.kind !== first.kind) {
      const reason =
        'Inside anything but list, either all values are number or string, ' +
        'mixed type is not supported';
      throw source.problem(reason, element.end);
    }
    values.add(element.value);
  }
  return values;
}

function parseExcluded(node: JsonObject, source: PatternSource): Term[] {
  const { name, value } = onlyMember(node, 'Anything-But expression name not found', source);
  const operator = [...source.dialect.anythingBut].find((known) => known === name);
  if (operator === undefined) {
    throw source.problem(`Unsupported anything-but pattern: ${name}`, stopAt(value));
  }
  const isList = value.kind === 'array' && source.dialect.anythingButLists;
  const texts = isList ? value.elements : [value];
  if (texts.length === 0) throw source.problem('Empty arrays are not allowed', value.end);
  const terms = texts.map((text) => {
    if (text.kind === 'string' && text.value === '' && operator !== 'equals-ignore-case') {
      throw source.problem('Null prefix/suffix not allowed', text.end);
    }
    return parseTextTerm(operator, text, source);
  });
  refuseSecondMember(node, source);
  return terms;
}

function textOf(operator: string, value: JsonNode, source: PatternSource): string {
  if (value.kind === 'string') return value.value;
  throw source.problem(`${operator} match pattern must be a string`, stopAt(value));
}

function onlyMember(node: JsonObject, missing: string, source: PatternSource) {
  const [member] = node.members;
  if (member === undefined) throw source.problem(missing, node.end);
  return member;
}

/** Called after the first member is read, because AWS finds its problems before a second member. */
function refuseSecondMember(node: JsonObject, source: PatternSource): void {
  const second = node.members[1];
  if (second === undefined) return;
  throw source.problem('Only one key allowed in match expression', stopAt(second.value));
}
