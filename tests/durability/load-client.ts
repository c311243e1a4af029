/**
 * Calls a server by AWS JSON over connections that stay open, fast enough to keep it busy, and says
 * plainly when an answer never came.
 */
import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the members that it expects
  readonly body: any;
}

export class LoadClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #host: string;
  readonly #port: number;

  constructor(endpoint: string) {
    const { hostname, port } = new URL(endpoint);
    this.#host = hostname === 'localhost' ? '127.0.0.1' : hostname;
    this.#port = Number(port);
  }

  /**
   * Calls an operation of SQS, or of the admin service; undefined when no answer came. `signal`
   * cuts the connection.
   */
  call(operation: string, input: object, signal?: AbortSignal): Promise<Answer | undefined> {
    const service = operation === 'PeekMessages' ? 'Waystation' : 'AmazonSQS';
    const body = JSON.stringify(input);
    return new Promise((resolve) => {
      const outgoing = request(
        {
          ...(signal !== undefined && { signal }),
          agent: this.#agent,
          host: this.#host,
          port: this.#port,
          method: 'POST',
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `${service}.${operation}`,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', () => resolve(undefined));
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            if (!incoming.complete) resolve(undefined);
            else resolve({ status: incoming.statusCode ?? 0, body: text && JSON.parse(text) });
          });
        },
      );
      outgoing.on('error', () => resolve(undefined));
      outgoing.end(body);
    });
  }

  /** A call that must succeed; answers its output. */
  async must(operation: string, input: object): Promise<Answer['body']> {
    const answer = await this.call(operation, input);
    if (answer?.status === 200) return answer.body;
    throw new Error(`${operation} was answered ${JSON.stringify(answer)}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** All messages of a queue, whatever their state, in the order of the queue. */
export async function peekAll(client: LoadClient, queue: string): Promise<PeekedMessage[]> {
  const messages: PeekedMessage[] = [];
  let token: string | undefined;
  do {
    const page = await client.must('PeekMessages', {
      QueueUrl: queue,
      MaxResults: 100,
      ...(token !== undefined && { NextToken: token }),
    });
    messages.push(...page.Messages);
    token = page.NextToken;
  } while (token !== undefined);
  return messages;
}

export interface PeekedMessage {
  readonly MessageId: string;
  readonly Body: string;
  readonly State: 'visible' | 'delayed' | 'inflight';
  readonly SequenceNumber?: string;
}

/** How many messages the queue says that it has, in any state. */
export async function countAll(client: LoadClient, queue: string): Promise<number> {
  const { Attributes } = await client.must('GetQueueAttributes', {
    QueueUrl: queue,
    AttributeNames: ['All'],
  });
  return (
    Number(Attributes.ApproximateNumberOfMessages) +
    Number(Attributes.ApproximateNumberOfMessagesNotVisible) +
    Number(Attributes.ApproximateNumberOfMessagesDelayed)
  );
}
