/** Looks at all that a server stores, while nobody else calls it. */
import { type LoadClient, peekAll } from '../durability/load-client.ts';
import { type Counts, nowMs, type QueueSnapshot, type Snapshot } from './history.ts';
import { arnOf, QUEUES, TAGS, VISIBILITY } from './queues.ts';
import { tokenOf } from './workload.ts';

/** `running`: queues whose messages tasks move meanwhile. */
export async function takeSnapshot(
  client: LoadClient,
  running: readonly string[],
): Promise<Snapshot> {
  const beginMs = nowMs();
  const { QueueUrls = [] } = await client.must('ListQueues', {});
  const names = (QueueUrls as string[]).map((url) => url.split('/').at(-1) ?? '');
  const queues: QueueSnapshot[] = [];
  for (const name of names) queues.push(await lookAt(client, name));
  const touched = QUEUES.filter(({ reach }) => running.some((source) => reach.includes(source)));
  return { beginMs, queues, moving: touched.flatMap(({ reach }) => reach) };
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

async function lookAt(client: LoadClient, queue: string): Promise<QueueSnapshot> {
  const [before] = await attributes(client, queue);
  const beginMs = nowMs();
  const found = await peekAll(client, queue);
  const endMs = nowMs();
  const [after, visibility] = await attributes(client, queue);
  const { Tags = {} } = await client.must('ListQueueTags', { QueueUrl: queue });
  const tags = Object.fromEntries(TAGS.map((name) => [name, Tags[name]]));
  return {
    queue,
    beginMs,
    endMs,
    found: found.map(({ Body, MessageId, State, SequenceNumber }) => ({
      token: tokenOf(Body),
      id: MessageId,
      state: State,
      ...(SequenceNumber !== undefined && { sequence: SequenceNumber }),
    })),
    counts: [before, after],
    values: { [VISIBILITY]: visibility, ...tags },
  };
}

async function attributes(client: LoadClient, QueueUrl: string): Promise<[Counts, string]> {
  const AttributeNames = [...COUNTS, VISIBILITY];
  const { Attributes } = await client.must('GetQueueAttributes', { QueueUrl, AttributeNames });
  const [visible, inflight, delayed] = COUNTS.map((name) => Number(Attributes[name]));
  return [[visible ?? 0, inflight ?? 0, delayed ?? 0], Attributes[VISIBILITY]];
}

interface ListedTask {
  readonly Status: string;
  readonly StartedTimestamp: number;
}

/** The tasks of a source, newest first. */
export async function listTasks(
  client: LoadClient,
  source: string,
): Promise<readonly ListedTask[]> {
  const input = { SourceArn: arnOf(source), MaxResults: 10 };
  const { Results } = await client.must('ListMessageMoveTasks', input);
  return Results;
}
