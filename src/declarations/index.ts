/** Resources that exist once the server is ready, declared in waystation.yaml or by an embedder. */
import type { Call } from './entry.ts';
import {
  declareQueues,
  parseQueueDeclarations,
  type QueueDeclaration,
  type QueueInput,
} from './queues.ts';
import {
  declareTopics,
  parseTopicDeclarations,
  type SubscriptionInput,
  type TopicDeclaration,
  type TopicInput,
} from './topics.ts';

export type { Call, QueueInput, SubscriptionInput, TopicInput };

/** As people write them; `null` and what is left out count as none. */
export interface DeclarationsInput {
  readonly queues?: unknown;
  readonly topics?: unknown;
}

export interface Declarations {
  readonly queues: readonly QueueDeclaration[];
  readonly topics: readonly TopicDeclaration[];
}

/** The keys under which resources are declared. */
export const declarationKeys = ['queues', 'topics'] as const satisfies (keyof Declarations)[];

/** Throws StartRefused with what is wrong, and where; `sourceOf` words where a key was read. */
export function parseDeclarations(
  { queues, topics }: DeclarationsInput,
  sourceOf: (key: string) => string,
): Declarations {
  return Object.freeze({
    queues: Object.freeze(parseQueueDeclarations(queues, sourceOf('queues'))),
    topics: Object.freeze(parseTopicDeclarations(topics, sourceOf('topics'))),
  });
}

/** Makes what is declared; topics come last, because they deliver to queues. */
export async function declare({ queues, topics }: Declarations, call: Call): Promise<void> {
  await declareQueues(queues, call);
  await declareTopics(topics, call);
}
