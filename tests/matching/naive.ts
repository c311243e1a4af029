/**
 * The shortest evaluator of patterns we could think of: reads the pattern as plain JSON, tries
 * every choice of array elements, and knows nothing of the code under test.
 */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };
type Scalar = Exclude<Json, readonly Json[] | JsonObject>;
type Conditions = ReadonlyMap<string, readonly Json[]>;

/** Tells whether an event matches a pattern. */
export function naiveMatcher(event: JsonObject): (pattern: JsonObject) => boolean {
  const choices = flatten(event);
  const present = new Set(choices.flatMap((choice) => [...choice.keys()]));
  return (pattern) => matchesOneOf(pattern, choices, present);
}

function matchesOneOf(
  pattern: JsonObject,
  choices: readonly Choice[],
  present: ReadonlySet<string>,
): boolean {
  return choices.some((choice) =>
    branches(pattern, '').some((conditions) =>
      [...conditions].every(([path, rules]) =>
        present.has(path)
          ? (choice.get(path) ?? []).some((value) => rules.some((rule) => test(rule, value)))
          : rules.some((rule) => JSON.stringify(rule) === '{"exists":false}'),
      ),
    ),
  );
}

/** The pattern without `$or`, as alternatives; an inner condition on a path counts. */
function branches(pattern: JsonObject, prefix: string): Conditions[] {
  const own = new Map<string, readonly Json[]>();
  const ors: Conditions[][] = [];
  collect(pattern, prefix, own, ors);
  return ors.reduce<Conditions[]>(
    (some, others) => some.flatMap((one) => others.map((other) => new Map([...one, ...other]))),
    [own],
  );
}

function collect(
  pattern: JsonObject,
  prefix: string,
  own: Map<string, readonly Json[]>,
  ors: Conditions[][],
): void {
  for (const [name, value] of Object.entries(pattern)) {
    if (!isList(value)) collect(value as JsonObject, `${prefix}${name}.`, own, ors);
    else if (name !== '$or') own.set(prefix + name, value);
    else ors.push(value.flatMap((one) => branches(one as JsonObject, prefix)));
  }
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

type Choice = ReadonlyMap<string, readonly Scalar[]>;

/** The values at each path, for every way to choose one object from each array. */
function flatten(value: Json, path = ''): Choice[] {
  if (isList(value)) {
    const items = itemsOf(value);
    const objects = items.filter((item) => typeof item === 'object' && item !== null);
    const scalars = items.filter((item) => typeof item !== 'object' || item === null) as Scalar[];
    const own: Choice = scalars.length === 0 ? new Map() : new Map([[path, scalars]]);
    if (objects.length === 0) return [own];
    return objects.flatMap((object) => flatten(object, path).map((one) => merge(own, one)));
  }
  if (typeof value !== 'object' || value === null) return [new Map([[path, [value as Scalar]]])];
  return Object.entries(value).reduce<Choice[]>(
    (choices, [name, below]) => {
      const under = flatten(below, path === '' ? name : `${path}.${name}`);
      return choices.flatMap((one) => under.map((other) => merge(one, other)));
    },
    [new Map()],
  );
}

const itemsOf = (list: readonly Json[]): Json[] =>
  list.flatMap((item) => (isList(item) ? itemsOf(item) : [item]));

function merge(one: Choice, other: Choice): Choice {
  const merged = new Map(one);
  for (const [path, values] of other) merged.set(path, [...(merged.get(path) ?? []), ...values]);
  return merged;
}

function test(rule: Json, value: Scalar): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === value;
  const [operator, operand] = Object.entries(rule)[0] as [string, Json];
  const text = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'exists':
      return operand === true;
    case 'exactly':
      return value === operand;
    case 'anything-but':
      return !listOf(operand).some((excluded) => testExcluded(excluded, value));
    case 'numeric':
      return typeof value === 'number' && testNumeric(operand as Json[], value);
    case 'cidr':
      return text !== undefined && inBlock(text, operand as string);
    default:
      return text !== undefined && testText(operator, operand, text);
  }
}

const listOf = (json: Json): readonly Json[] => (isList(json) ? json : [json]);

function testExcluded(excluded: Json, value: Scalar): boolean {
  if (typeof excluded !== 'object' || excluded === null) return excluded === value;
  const [operator, texts] = Object.entries(excluded)[0] as [string, Json];
  return listOf(texts).some((text) => test({ [operator]: text }, value));
}

function testText(operator: string, operand: Json, text: string): boolean {
  if (typeof operand === 'object') {
    const folded = (operand as JsonObject)['equals-ignore-case'] as string;
    return testText(operator, folded.toLowerCase(), text.toLowerCase());
  }
  const wanted = operand as string;
  switch (operator) {
    case 'prefix':
      return text.startsWith(wanted);
    case 'suffix':
      return text.endsWith(wanted);
    case 'equals-ignore-case':
      return text.toLowerCase() === wanted.toLowerCase();
    case 'wildcard':
      return new RegExp(`^${wanted.replaceAll('.', '[.]').replaceAll('*', '[^]*')}$`).test(text);
    default:
      throw new Error(`the evaluator does not know ${operator}`);
  }
}

function testNumeric(expression: readonly Json[], value: number): boolean {
  for (let index = 0; index < expression.length; index += 2) {
    const bound = expression[index + 1] as number;
    const holds = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    }[expression[index] as string];
    if (!holds) return false;
  }
  return true;
}

/** IPv4 written in full only. */
function inBlock(text: string, block: string): boolean {
  const [address = '', bits = ''] = block.split('/');
  const binary = (ip: string) =>
    ip
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(text);
  return (
    isAddress && binary(text).slice(0, Number(bits)) === binary(address).slice(0, Number(bits))
  );
}
