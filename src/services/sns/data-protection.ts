/**
 * What a topic's data protection policy does to what is published: findings are logged, messages
 * refused, sensitive data is masked or taken out. A topic without a policy pays nothing.
 * https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
 */
import type { AwsError } from '../../core/aws-error.ts';
import type { Context } from '../../core/context.ts';
import { meanTheSame } from '../../core/json-object.ts';
import { Examination } from '../../data-protection/examination.ts';
import { masked, redacted } from '../../data-protection/range.ts';
import { isSampled, logFindings } from './audit-log.ts';
import {
  type Deidentify,
  PolicyProblem,
  type ProtectionPolicy,
  readProtectionPolicy,
  type Statement,
} from './data-protection-policy.ts';
import { fail, invalid } from './errors.ts';
import type { MessageVariants } from './message-structure.ts';
import type { Notification } from './notification.ts';
import { principalOf, standsFor } from './principal.ts';
import { type Topic, topicArn } from './topic.ts';

/** Policies read once for many messages; those used last stand last. */
const read = new Map<string, ProtectionPolicy>();
const READ_MAX = 100;

/** The policy in a text that was accepted. */
export function policyOf(text: string): ProtectionPolicy {
  const policy = read.get(text) ?? readProtectionPolicy(text);
  read.delete(text);
  read.set(text, policy);
  for (const oldest of read.keys()) {
    if (read.size <= READ_MAX) break;
    read.delete(oldest);
  }
  return policy;
}

/** Whether a text takes a topic's policy away. */
const isNoPolicy = (text: string): boolean => ['', '{}', '""'].includes(text.trim());

/** A topic with another policy, or without one. Throws InvalidParameter. */
export function withProtectionPolicy(topic: Topic, text: string): Topic {
  const { dataProtectionPolicy: _, ...unprotected } = topic;
  if (isNoPolicy(text)) return unprotected;
  const refuse = (reason: string): Error => invalid(`DataProtectionPolicy Reason: ${reason}`);
  if (topic.fifo) throw refuse('only standard topics have a data protection policy');
  try {
    readProtectionPolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyProblem)) throw error;
    throw refuse(error.message);
  }
  return { ...unprotected, dataProtectionPolicy: text };
}

/** Whether a topic has the policy that a text holds. */
export const hasProtectionPolicy = (topic: Topic, text: string): boolean =>
  isNoPolicy(text)
    ? topic.dataProtectionPolicy === undefined
    : meanTheSame(topic.dataProtectionPolicy ?? '', text);

export type Texts = Pick<Notification, 'message' | 'variants'>;

// ---------------------------------------------------------------- inbound

/**
 * A message as the topic's subscribers may see it. Throws AuthorizationError where the policy
 * denies it, or leaves nothing of it.
 */
export async function protectInbound(
  context: Context,
  topic: Topic,
  messageId: string,
  published: Texts,
): Promise<Texts> {
  if (topic.dataProtectionPolicy === undefined) return published;
  const { audit, inbound } = policyOf(topic.dataProtectionPolicy);
  const principal = principalOf(context.caller);
  const statements = inbound.filter((statement) => appliesTo(statement, principal));
  const examined = examinations();
  const texts = textsOf(published);
  if (texts.some((text) => isDenied(statements, examined(text)))) throw prohibited(topic);
  if (audit !== undefined && appliesTo(audit, principal) && isSampled(context, audit)) {
    await logFindings(context, topic, audit, { messageId, principal }, texts.map(examined));
  }
  const seen = deidentified(published, statements, examined);
  if (seen !== published && textsOf(seen).every((text) => text === '')) throw prohibited(topic);
  return seen;
}

const prohibited = (topic: Topic): AwsError =>
  fail(
    'AuthorizationErrorException',
    "The topic's data protection policy prohibits this message from being published to " +
      topicArn(topic),
  );

export const appliesTo = (
  { principals }: Pick<Statement, 'principals'>,
  principal: string,
): boolean => principals.some((named) => standsFor(named, principal));

/** What subscribers may get: the texts for the protocols, or the one for all. */
const textsOf = ({ message, variants }: Texts): readonly string[] =>
  variants === undefined ? [message] : [...new Set(Object.values(variants))];

/** Each text is examined once. */
export function examinations(): (text: string) => Examination {
  const known = new Map<string, Examination>();
  return (text) => {
    const examination = known.get(text) ?? new Examination(text);
    known.set(text, examination);
    return examination;
  };
}

export const isDenied = (statements: readonly Statement[], examination: Examination): boolean =>
  statements.some(
    ({ operation, identifiers }) => operation.kind === 'deny' && examination.has(identifiers),
  );

/** The texts as these statements leave them; the same object where nothing has changed. */
export function deidentified(
  texts: Texts,
  statements: readonly Statement[],
  examined: (text: string) => Examination,
): Texts {
  const { message, variants } = texts;
  const change = (text: string): string => deidentifyText(text, statements, examined);
  if (variants === undefined) {
    const changed = change(message);
    return changed === message ? texts : { message: changed };
  }
  const entries = Object.entries(variants).map(([name, text]) => [name, change(text)] as const);
  if (entries.every(([name, text]) => variants[name] === text)) return texts;
  const changed: MessageVariants = Object.fromEntries(entries);
  return { message: JSON.stringify(changed), variants: changed };
}

/** One statement after the other; each sees what those before it have left. */
function deidentifyText(
  text: string,
  statements: readonly Statement[],
  examined: (text: string) => Examination,
): string {
  let result = text;
  for (const { operation, identifiers } of statements) {
    if (operation.kind !== 'deidentify') continue;
    const ranges = examined(result).findAny(identifiers);
    if (ranges.length > 0) result = hidden(result, ranges, operation);
  }
  return result;
}

const hidden = (
  text: string,
  ranges: Parameters<typeof redacted>[1],
  { mask }: Deidentify,
): string => (mask === undefined ? redacted(text, ranges) : masked(text, ranges, mask));
