/**
 * The archive policy of a FIFO topic, and the replay policy of its subscriptions, as texts.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-message-archiving-replay.html
 */
import { parseJsonObject } from '../../core/json-object.ts';

const RETENTION_DAYS = { min: 1, max: 365 };
const DAY_MS = 24 * 60 * 60 * 1000;

/** What is wrong with a text as an ArchivePolicy; `{}` is right, and ends archiving. */
export function problemOfArchivePolicy(text: string): string | undefined {
  const policy = parseJsonObject(text);
  if (policy === undefined) return 'ArchivePolicy: failed to parse JSON.';
  const unknown = Object.keys(policy).find((name) => name !== 'MessageRetentionPeriod');
  if (unknown !== undefined) {
    return `ArchivePolicy: invalid JSON. Attribute ${unknown} is unknown.`;
  }
  const { MessageRetentionPeriod: period } = policy;
  if (period === undefined) return undefined;
  const days = /^\d{1,3}$/.test(String(period)) ? Number(period) : Number.NaN;
  if (days >= RETENTION_DAYS.min && days <= RETENTION_DAYS.max) return undefined;
  const { min, max } = RETENTION_DAYS;
  return `ArchivePolicy: MessageRetentionPeriod must be a number of days from ${min} to ${max}.`;
}

/** How long messages are archived; undefined where the policy is absent or `{}`. */
export function archiveRetentionMs(policy: string | undefined): number | undefined {
  const period = parseJsonObject(policy ?? '')?.MessageRetentionPeriod;
  return period === undefined ? undefined : Number(period) * DAY_MS;
}

export interface ReplayPolicy {
  readonly startMs: number;
  /** Without an end the subscription goes on with what is published. */
  readonly endMs: number | undefined;
}

const MEMBERS: readonly string[] = ['PointType', 'StartingPoint', 'EndingPoint'];

/** What is wrong with a text as a ReplayPolicy. */
export function problemOfReplayPolicy(text: string): string | undefined {
  const policy = parseJsonObject(text);
  if (policy === undefined) return 'ReplayPolicy: failed to parse JSON.';
  const unknown = Object.keys(policy).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) return `ReplayPolicy: invalid JSON. Attribute ${unknown} is unknown.`;
  if (policy.PointType !== 'Timestamp') return 'ReplayPolicy: PointType must be Timestamp.';
  const start = instantOf(policy.StartingPoint);
  if (start === undefined) return 'ReplayPolicy: StartingPoint must be a timestamp.';
  if (policy.EndingPoint === undefined) return undefined;
  const end = instantOf(policy.EndingPoint);
  if (end === undefined) return 'ReplayPolicy: EndingPoint must be a timestamp.';
  return end < start ? 'ReplayPolicy: EndingPoint must not be before StartingPoint.' : undefined;
}

/** An accepted policy. */
export function readReplayPolicy(text: string): ReplayPolicy {
  const { StartingPoint, EndingPoint } = parseJsonObject(text) ?? {};
  return { startMs: instantOf(StartingPoint) ?? 0, endMs: instantOf(EndingPoint) };
}

function instantOf(value: unknown): number | undefined {
  const instantMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instantMs) ? undefined : instantMs;
}
