/** A front thread as the owner of the store sees it: does what the thread asks, and replies. */
import { AwsError } from '../../core/aws-error.ts';
import type { Context } from '../../core/context.ts';
import type { Selection } from '../../protocol/select.ts';
import { Watch } from '../connection.ts';
import type { DispatchParts } from '../dispatch.ts';
import type { OwnAnswer } from '../own-endpoint.ts';
import { withPage } from '../page.ts';
import type { Call, Outcome, OwnRequestWords, Question, Reply, Request } from './messages.ts';
import { Outbox } from './outbox.ts';

export type OwnerParts = Pick<
  DispatchParts,
  'services' | 'invoker' | 'ownEndpoints' | 'onError' | 'observe'
>;

export class ServedThread {
  readonly #parts: OwnerParts;
  readonly #outbox: Outbox<Reply>;
  /** Of calls that end when their client is gone. */
  readonly #watches = new Map<number, Watch>();
  /** What bugs threw, until the thread tells during which request. */
  readonly #bugs = new Map<number, unknown>();

  constructor(parts: OwnerParts, send: (replies: readonly Reply[]) => void) {
    this.#parts = parts;
    this.#outbox = new Outbox(send);
  }

  receive(requests: readonly Request[]): void {
    for (const request of requests) this.#do(request);
  }

  #do(request: Request): void {
    switch (request.kind) {
      case 'abort':
        this.#watches.get(request.id)?.abort();
        return;
      case 'observed':
        for (const observation of request.observations) this.#parts.observe(observation);
        return;
      case 'failed':
        this.#parts.onError(request.error, request.requestId);
        return;
      case 'bug':
        this.#parts.onError(this.#bugs.get(request.id), request.requestId);
        this.#bugs.delete(request.id);
        return;
      default:
        void this.#reply(request.id, request);
    }
  }

  async #reply(id: number, question: Question): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = { output: await this.#answer(id, question) };
    } catch (error) {
      outcome = this.#outcomeOf(id, error);
    }
    this.#outbox.add({ id, outcome });
  }

  #outcomeOf(id: number, error: unknown): Outcome {
    if (error instanceof AwsError) {
      const { code, row, message, members } = error;
      return { refusal: { code, row, message, members } };
    }
    this.#bugs.set(id, error);
    return { bug: true };
  }

  async #answer(id: number, question: Question): Promise<unknown> {
    if (question.kind === 'own') return this.#answerOwn(question.endpoint, question.request);
    const { invoker } = this.#parts;
    const { call } = question;
    const { service, operation } = this.#selectionOf(call);
    const { input, caller } = call;
    if (question.kind === 'undelivered') {
      return invoker.undelivered(service, operation, input, question.output, caller);
    }
    if (operation.undelivered === undefined) {
      return invoker.invoke(service, operation, input, caller);
    }
    const watch = new Watch();
    this.#watches.set(id, watch);
    try {
      return await invoker.invoke(service, operation, input, caller, watch);
    } finally {
      this.#watches.delete(id);
    }
  }

  #answerOwn(endpoint: number, request: OwnRequestWords): Promise<OwnAnswer> {
    const own = this.#parts.ownEndpoints[endpoint];
    if (own === undefined) throw new Error(`there is no own endpoint ${endpoint}`);
    return own.answer({ ...request, query: new URLSearchParams(request.query) });
  }

  #selectionOf(call: Call): Selection<Context> {
    const service = this.#parts.services.find(({ name }) => name === call.service);
    const operation = service?.operations.get(call.operation);
    if (service === undefined || operation === undefined) {
      throw new Error(`${call.service}.${call.operation} is no operation of this server`);
    }
    return { service, operation: call.onPage ? withPage(operation) : operation };
  }
}
