/** The AWS SDK for JavaScript as users set it up, and what its tests look at beside its answers. */
import { SQS, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';

export interface SdkOptions extends SQSClientConfig {
  /** Twelve digits of it are the account. */
  readonly accessKeyId?: string;
}

/** A client with the SDK's defaults, its MD5 checks included, for one server. */
export function sdkClient(endpoint: string, options: SdkOptions = {}): SQS {
  const { accessKeyId = 'test', ...config } = options;
  return new SQS({
    endpoint,
    region: 'us-east-1',
    credentials: credentials(accessKeyId),
    ...config,
  });
}

/**
 * What the SDK can speak. It uses AWS JSON unless told otherwise; clients from before November 2023
 * speak Query, and the SDK still knows SQS's names in it.
 */
export const protocols: readonly { readonly name: string; readonly settings: SdkOptions }[] = [
  { name: 'AWS JSON', settings: {} },
  { name: 'Query', settings: { protocol: AwsQueryProtocol } },
];

export const credentials = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 'secret' });

/** Moves the clock of a server that was started with `--test-clock`. */
export async function advanceSeconds(endpoint: string, seconds: number): Promise<void> {
  const answer = await fetch(`${endpoint}/_waystation/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advanceSeconds: seconds }),
  });
  if (answer.status !== 200) throw new Error(`the clock answered ${answer.status}`);
}

/**
 * Moves the clock by so many seconds again and again until `work` has ended: a long poll that is
 * still on its way to the server when the clock moves begins later.
 */
export async function advanceUntil(
  endpoint: string,
  seconds: number,
  work: Promise<unknown>,
): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  while (!ended) await advanceSeconds(endpoint, seconds);
}

/** Resolves when so many long polls wait in the server. */
export async function untilParked(endpoint: string, calls: number): Promise<void> {
  while ((await metric(endpoint, 'waystation_parked_calls ')) !== calls);
}

/** A value of `/_waystation/metrics`; 0 for a queue that has none yet. */
export const queueMetric = (endpoint: string, name: string, queue: string): Promise<number> =>
  metric(endpoint, `waystation_sqs_${name}{queue="${queue}"`);

async function metric(endpoint: string, start: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/_waystation/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(start));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? 0);
}

/** Bodies of everything that a queue hands out now, in order, each message deleted. */
export async function drain(sqs: SQS, QueueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    if (Messages === undefined) return bodies;
    for (const { Body = '', ReceiptHandle } of Messages) {
      bodies.push(Body);
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    }
  }
}

/** Available, in flight and delayed. */
export async function counts(sqs: SQS, QueueUrl: string): Promise<[number, number, number]> {
  const { Attributes = {} } = await sqs.getQueueAttributes({
    QueueUrl,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  });
  return [
    Number(Attributes.ApproximateNumberOfMessages),
    Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    Number(Attributes.ApproximateNumberOfMessagesDelayed),
  ];
}
