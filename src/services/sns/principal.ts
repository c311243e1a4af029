/**
 * Who calls, as an ARN: what data protection policies name.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
import type { Caller } from '../../core/context.ts';

/** An access key stands for a user of its name, the account's number for the account itself. */
export function principalOf({
  accountId,
  accessKeyId,
}: Pick<Caller, 'accountId' | 'accessKeyId'>): string {
  const isAccount = accessKeyId === accountId || accessKeyId === 'anonymous';
  return `arn:aws:iam::${accountId}:${isAccount ? 'root' : `user/${accessKeyId}`}`;
}

/** What may stand for a principal: everybody, an account, a user or a role. */
const PRINCIPAL =
  /^(?:\*|\d{12}|arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role)\/.+))$/;

export const isPrincipal = (text: string): boolean => PRINCIPAL.test(text);

/** Whether a principal of a policy stands for whoever calls. */
export function standsFor(named: string, principal: string): boolean {
  if (named === '*' || named === principal) return true;
  const [, accountId] = /^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/.exec(named) ?? [];
  return accountId !== undefined && principal.split(':')[4] === accountId;
}
