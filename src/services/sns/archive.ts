/**
 * The archive of a FIFO topic: a log of what was published, kept as long as its policy says.
 * https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
 */
import type { Context } from '../../core/context.ts';
import { afterRestMs } from '../../scheduler/pace.ts';
import type { Task } from '../../scheduler/task.ts';
import { archiveRetentionMs } from './archive-policy.ts';
import type { TopicAddress } from './arn.ts';
import { timestampOf } from './envelope.ts';
import type { Notification } from './notification.ts';
import { findTopic, type Topic, type TopicArchive } from './topic.ts';

export const trimTimerKey = ({ archiveId }: TopicArchive): string =>
  `sns/trim-archive/${archiveId}`;

const TRIM_KIND = 'sns.trim-archive';
/** Messages that one run forgets: a few milliseconds' work. */
const RECORDS_PER_RUN = 1_000;
const PAUSE_MS_MIN = 1_000;

export const archiveLog = ({ archiveId }: TopicArchive): string => `sns/archive/${archiveId}`;

/** Keeps a message where its topic has an archive. */
export async function archive(
  context: Context,
  topic: Topic,
  notification: Notification,
): Promise<void> {
  if (topic.archive === undefined) return;
  await context.tx.logs.append(archiveLog(topic.archive), [JSON.stringify(notification)]);
}

/** A topic with the archive that its ArchivePolicy asks for. */
export async function withArchive(context: Context, topic: Topic): Promise<Topic> {
  const { archive: present, ...others } = topic;
  const retentionMs = archiveRetentionMs(topic.attributes.ArchivePolicy);
  if (retentionMs === undefined) {
    if (present !== undefined) await scheduleTrim(context, topic, present, context.nowMs);
    const { ArchivePolicy: _, ...attributes } = topic.attributes;
    return { ...others, attributes };
  }
  const wanted = present ?? { archiveId: context.env.uuid(), sinceMs: context.nowMs };
  // A shorter retention than before may make old messages go at once.
  const dueAtMs = present === undefined ? context.nowMs + retentionMs : context.nowMs;
  await scheduleTrim(context, topic, wanted, dueAtMs);
  return { ...topic, archive: wanted };
}

/** The instant from which on messages are archived; undefined where none are. */
export function archivedSinceMs(context: Context, topic: Topic): number | undefined {
  const retentionMs = archiveRetentionMs(topic.attributes.ArchivePolicy);
  if (topic.archive === undefined || retentionMs === undefined) return undefined;
  return Math.max(topic.archive.sinceMs, context.nowMs - retentionMs + 1);
}

/** The attribute BeginningArchiveTime. */
export function beginningArchiveTime(context: Context, topic: Topic): string | undefined {
  const sinceMs = archivedSinceMs(context, topic);
  return sinceMs === undefined ? undefined : timestampOf(sinceMs);
}

/** Enough to find the archive, and to see whether the topic still has it. */
interface TrimPayload extends TopicAddress {
  readonly archive: TopicArchive;
}

async function scheduleTrim(
  context: Context,
  { accountId, region, name }: TopicAddress,
  { archiveId, sinceMs }: TopicArchive,
  dueAtMs: number,
): Promise<void> {
  const archive = { archiveId, sinceMs };
  const payload = { accountId, region, name, archive };
  const key = trimTimerKey(archive);
  await context.schedule({ key, kind: TRIM_KIND, dueAtMs, payload });
}

/** Forgets what is older than the policy says, or everything where the archive is no more. */
export const trimArchiveTask: Task = {
  kind: TRIM_KIND,
  async run(timer, context) {
    const { tx, nowMs } = context;
    const payload = timer.payload as unknown as TrimPayload; // as scheduleTrim wrote it
    const log = archiveLog(payload.archive);
    const topic = (await findTopic(payload, context))?.value;
    const isKept = topic?.archive?.archiveId === payload.archive.archiveId;
    const sinceMs = isKept ? archivedSinceMs(context, topic) : undefined;
    if (!isKept || sinceMs === undefined) {
      const { next } = await tx.logs.bounds(log);
      const more = await tx.logs.trim(log, next, RECORDS_PER_RUN);
      if (more) await scheduleTrim(context, payload, payload.archive, afterRestMs(context));
      else await tx.timers.cancel(timer.key);
      return;
    }
    const position = await tx.logs.seek(log, sinceMs);
    const more = await tx.logs.trim(log, position, RECORDS_PER_RUN);
    const [oldest] = more ? [] : await tx.logs.read(log, position, 1);
    const ageMs = nowMs - sinceMs + 1;
    const nextAtMs = (oldest?.appendedAtMs ?? nowMs) + ageMs;
    const laterMs = Math.max(nextAtMs, nowMs + PAUSE_MS_MIN);
    const dueAtMs = more ? afterRestMs(context) : laterMs;
    await scheduleTrim(context, payload, payload.archive, dueAtMs);
  },
};
