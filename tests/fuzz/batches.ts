/** What goes over a connection in one go: sound requests behind each other, or one broken one. */
import { hash } from 'node:crypto';
import { Random } from '../simulation/random.ts';
import { type Call, drawCall } from './calls.ts';
import { brokenBytes, soundBytes } from './framing.ts';
import type { Harvest } from './harvest.ts';

export interface Batch {
  readonly index: number;
  /** In the order of their bytes; undefined where the bytes are broken. */
  readonly calls: readonly Call[] | undefined;
  readonly bytes: Buffer;
  /** Where the bytes are cut into pieces that are written one by one. */
  readonly cuts: readonly number[];
  /** What the connection is good for afterwards, or what the client does at its end. */
  readonly ending: 'keep' | 'leave' | 'waitAndClose' | 'closeAtOnce' | 'reset';
}

const PIPELINED_MAX = 16;
const ATOMS_MAX = 1_500;

/** The batch of this number; what it is follows from the seed and from what was harvested. */
export function drawBatch(seed: number, index: number, harvest: Harvest): Batch {
  const random = new Random(Math.imul(seed, 0x85ebca6b) ^ index);
  if (random.chance(0.3)) {
    const bytes = brokenBytes(random, drawCall(random, harvest));
    const ending = random.pick(['waitAndClose', 'waitAndClose', 'closeAtOnce', 'reset'] as const);
    return { index, calls: undefined, bytes, cuts: drawCuts(random, bytes.length), ending };
  }
  const count = random.chance(0.3) ? 1 : 1 + random.below(PIPELINED_MAX);
  const calls = Array.from({ length: count }, () => drawCall(random, harvest));
  if (random.chance(0.2)) calls[random.below(count)] = witnessCall(random, `${seed}.${index}`);
  const bytes = Buffer.concat(calls.map((call, i) => soundBytes(random, call, i === count - 1)));
  const ending = random.chance(0.03) ? 'leave' : 'keep';
  return { index, calls, bytes, cuts: drawCuts(random, bytes.length), ending };
}

function drawCuts(random: Random, length: number): readonly number[] {
  const draw = random.below(100);
  if (draw < 75 || length < 2) return [];
  if (draw < 76 && length < ATOMS_MAX) return Array.from({ length: length - 1 }, (_, i) => i + 1);
  const cuts = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(length - 1));
  return cuts.sort((a, b) => a - b);
}

/** Of an account that no other call is signed for. */
export const WITNESS_ACCOUNT = '222222222222';
export const WITNESS_QUEUE = 'witness';
export const WITNESS_TOPIC = `arn:aws:sns:us-east-1:${WITNESS_ACCOUNT}:witness`;

/** A send or a publish whose message is looked for later. */
function witnessCall(random: Random, message: string): Call {
  const md5 = hash('md5', message);
  const isJson = random.chance(0.4);
  const isSent = isJson || random.chance(0.4);
  const service = isSent ? 'sqs' : 'sns';
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${WITNESS_ACCOUNT}/20260101/us-east-1/${service}/aws4_request, ` +
    'SignedHeaders=host, Signature=00';
  const input = { QueueUrl: WITNESS_QUEUE, MessageBody: message };
  const form = isSent
    ? { Action: 'SendMessage', Version: '2012-11-05', ...input }
    : { Action: 'Publish', Version: '2010-03-31', TopicArn: WITNESS_TOPIC, Message: message };
  return {
    method: 'POST',
    target: '/',
    headers: [
      ['Authorization', authorization],
      ['Content-Type', isJson ? 'application/x-amz-json-1.0' : FORM],
      ...(isJson ? [['X-Amz-Target', 'AmazonSQS.SendMessage'] as const] : []),
    ],
    body: Buffer.from(isJson ? JSON.stringify(input) : new URLSearchParams(form).toString()),
    protocol: isJson ? 'aws-json' : 'aws-query',
    witness: { message, proof: isSent ? md5 : '<MessageId>' },
  };
}

const FORM = 'application/x-www-form-urlencoded';
