/**
 * Filter policies that the simulation's subscriptions have, each with what it means said once more.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */

/** What a message says of itself: in its attributes, or as members of its body. */
export interface FilterValues {
  readonly kind?: string | undefined;
  readonly n?: number | undefined;
}

interface Filter {
  readonly policy: string;
  readonly matches: (values: FilterValues) => boolean;
}

export const filters: readonly Filter[] = [
  { policy: '{"kind":["a"]}', matches: ({ kind }) => kind === 'a' },
  { policy: '{"kind":["a","b"]}', matches: ({ kind }) => kind === 'a' || kind === 'b' },
  {
    policy: '{"kind":[{"anything-but":["a"]}]}',
    matches: ({ kind }) => kind !== undefined && kind !== 'a',
  },
  { policy: '{"kind":[{"exists":false}]}', matches: ({ kind }) => kind === undefined },
  { policy: '{"kind":[{"prefix":"b"}]}', matches: ({ kind = '' }) => kind.startsWith('b') },
  { policy: '{"n":[{"numeric":[">",2]}]}', matches: ({ n = 0 }) => n > 2 },
  {
    policy: '{"kind":["a","b"],"n":[{"numeric":["<=",2]}]}',
    matches: ({ kind = '', n }) => n !== undefined && n <= 2 && ['a', 'b'].includes(kind),
  },
];

export const KINDS = ['a', 'b', 'bb', 'c'] as const;
export const NUMBERS = [1, 2, 3, 4] as const;

/** Whether a subscription with such attributes wants a message. */
export function isWanted(
  subscription: { readonly [name: string]: string },
  message: { readonly attributes: FilterValues; readonly text: string },
): boolean {
  const { FilterPolicy: policy, FilterPolicyScope: scope } = subscription;
  if (policy === undefined) return true;
  const filter = filters.find((one) => one.policy === policy);
  if (filter === undefined) throw new Error(`no meaning of ${policy} is known`);
  if (scope !== 'MessageBody') return filter.matches(message.attributes);
  return message.text.startsWith('{') && filter.matches(JSON.parse(message.text));
}
