/** The owner of the store as a front thread sees it: the usual interfaces, answered from afar. */
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../core/aws-error.ts';
import type { Caller, Context } from '../../core/context.ts';
import type { CallSignal } from '../../core/invoke.ts';
import type { AnyOperation } from '../../schema/operation.ts';
import type { Service } from '../../schema/service.ts';
import type { DispatchParts, Observation } from '../dispatch.ts';
import type { OwnAnswer, OwnEndpoint, OwnRequest } from '../own-endpoint.ts';
import { tellsOnPage } from '../page.ts';
import type { Call, Outcome, OwnEndpointRow, Question, Reply, Request } from './messages.ts';
import { Outbox } from './outbox.ts';

/** How old what was observed is at the most when it is told; telling each costs a message. */
const REPORT_MS = 100;

type Parts = Pick<DispatchParts, 'invoker' | 'onError' | 'observe' | 'ownEndpoints'>;

export class RemoteOwner implements Parts {
  readonly ownEndpoints: readonly OwnEndpoint[];
  readonly #outbox: Outbox<Request>;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #lastCaller: Caller | undefined;
  #observations: Observation[] = [];
  #reportTimer: NodeJS.Timeout | undefined;

  /** `rows` are the owner's own endpoints, in its order. */
  constructor(rows: readonly OwnEndpointRow[], send: (requests: readonly Request[]) => void) {
    this.#outbox = new Outbox(send);
    this.ownEndpoints = rows.map((row, endpoint) => ({
      ...row,
      answer: (request: OwnRequest) => this.#askOwn(endpoint, request),
    }));
  }

  readonly invoker: Parts['invoker'] = {
    invoke: (service, operation, input, caller, signal) =>
      this.#ask({ kind: 'invoke', call: this.#callOf(service, operation, input, caller) }, signal),
    undelivered: async (service, operation, input, output, caller) => {
      const call = this.#callOf(service, operation, input, caller);
      await this.#ask({ kind: 'undelivered', call, output });
    },
  };

  readonly observe = (observation: Observation): void => {
    this.#observations.push(observation);
    this.#reportTimer ??= setTimeout(() => this.#report(), REPORT_MS);
  };

  readonly onError = (error: unknown, requestId: string): void => {
    if (error instanceof RemoteBug) this.#outbox.add({ kind: 'bug', id: error.id, requestId });
    else this.#outbox.add({ kind: 'failed', error, requestId });
  };

  receive(replies: readonly Reply[]): void {
    for (const { id, outcome } of replies) {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if ('output' in outcome) pending?.resolve(outcome.output);
      else pending?.reject(errorOf(id, outcome));
    }
  }

  /** Says what is left to say. */
  close(): void {
    this.#report();
    this.#outbox.flush();
  }

  #report(): void {
    clearTimeout(this.#reportTimer);
    this.#reportTimer = undefined;
    if (this.#observations.length === 0) return;
    this.#outbox.add({ kind: 'observed', observations: this.#observations });
    this.#observations = [];
  }

  #callOf(
    service: Service<Context>,
    operation: AnyOperation<Context>,
    input: unknown,
    caller: Caller,
  ): Call {
    // What occurs several times in a message is copied once. Most calls have the same caller.
    if (!isDeepStrictEqual(caller, this.#lastCaller)) this.#lastCaller = caller;
    return {
      service: service.name,
      operation: operation.name,
      onPage: tellsOnPage(operation),
      input,
      caller: this.#lastCaller ?? caller,
    };
  }

  async #askOwn(endpoint: number, { query, ...rest }: OwnRequest): Promise<OwnAnswer> {
    // Whoever asks for metrics finds what this connection has done before.
    this.#report();
    const request = { ...rest, query: query.toString() };
    return (await this.#ask({ kind: 'own', endpoint, request })) as OwnAnswer;
  }

  #ask(question: Question, signal?: CallSignal): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    this.#outbox.add({ ...question, id });
    const abort = () => this.#outbox.add({ kind: 'abort', id });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    return answer.promise;
  }
}

/** Stands for what a bug threw during question `id`, which the owner has kept for the log. */
class RemoteBug extends Error {
  readonly id: number;

  constructor(id: number) {
    super('the owner of the store failed');
    this.id = id;
  }
}

function errorOf(id: number, outcome: Exclude<Outcome, { readonly output: unknown }>): Error {
  if ('bug' in outcome) return new RemoteBug(id);
  const { code, row, message, members } = outcome.refusal;
  return new AwsError(code, row, message, members);
}
