/** The queues of a crash run: some that are always there, and some that clients make and drop. */

export interface QueueSpec {
  readonly name: string;
  readonly fifo: boolean;
  readonly attributes: { readonly [name: string]: string };
  readonly delaySeconds: number;
  readonly deduplicatesBy: 'queue' | 'messageGroup';
  readonly contentBased: boolean;
  /** How often a message is handed out before it goes to the dead-letter queue. */
  readonly receivesMax: number;
  /** Every queue in which its messages can be, itself included. */
  readonly reach: readonly string[];
  /** Whether messages leave it for another queue. */
  readonly isLeft: boolean;
  /** Whether clients send to it. */
  readonly isSentTo: boolean;
}

const ARN_PREFIX = 'arn:aws:sqs:us-east-1:000000000000:';

export const arnOf = (queue: string): string => ARN_PREFIX + queue;

const RECEIVES_MAX = 2;

const redriveTo = (deadLetters: string): string =>
  JSON.stringify({ deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: RECEIVES_MAX });

function spec(name: string, given: Partial<QueueSpec> = {}): QueueSpec {
  const fifo = name.endsWith('.fifo');
  const { attributes, ...rest } = given;
  return {
    name,
    fifo,
    delaySeconds: 0,
    deduplicatesBy: 'queue',
    contentBased: false,
    receivesMax: Number.POSITIVE_INFINITY,
    reach: [name],
    isLeft: false,
    isSentTo: true,
    ...rest,
    attributes: { ...(fifo && { FifoQueue: 'true' }), ...attributes },
  };
}

const BAD = 'bad';
const BAD_FIFO = 'bad.fifo';

/** Always there, in the order in which they must be made. */
export const QUEUES: readonly QueueSpec[] = [
  spec(BAD, { isLeft: true, isSentTo: false }),
  spec(BAD_FIFO, { isLeft: true, isSentTo: false }),
  spec('plain'),
  spec('late', { delaySeconds: 1, attributes: { DelaySeconds: '1' } }),
  spec('risky', {
    receivesMax: RECEIVES_MAX,
    reach: ['risky', BAD, 'late'],
    isLeft: true,
    attributes: { RedrivePolicy: redriveTo(BAD) },
  }),
  spec('line.fifo'),
  spec('risky.fifo', {
    receivesMax: RECEIVES_MAX,
    reach: ['risky.fifo', BAD_FIFO],
    isLeft: true,
    contentBased: true,
    deduplicatesBy: 'messageGroup',
    attributes: {
      RedrivePolicy: redriveTo(BAD_FIFO),
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    },
  }),
];

/** What tasks move: from a dead-letter queue, to where; undefined: back. */
export const MOVES: readonly { readonly source: string; readonly to: string | undefined }[] = [
  { source: BAD, to: undefined },
  { source: BAD, to: 'late' },
  { source: BAD_FIFO, to: undefined },
];

export const TASK_SOURCES: readonly string[] = [BAD, BAD_FIFO];

const byName = new Map(QUEUES.map((queue) => [queue.name, queue]));

/** Any other name is that of a queue that a client makes, without anything special. */
export function specOf(name: string): QueueSpec {
  let found = byName.get(name);
  if (found === undefined) {
    found = spec(name);
    byName.set(name, found);
  }
  return found;
}

/** Attributes and tags that clients set, and read. */
export const VISIBILITY = 'VisibilityTimeout';
export const TAGS: readonly string[] = ['owner', 'colour'];
