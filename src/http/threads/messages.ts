/** What front threads and the owner of the store say to each other, in words that can be copied. */
import type { AwsError } from '../../core/aws-error.ts';
import type { Caller } from '../../core/context.ts';
import type { Observation } from '../dispatch.ts';
import type { EndpointRules } from '../endpoint.ts';
import type { OwnEndpoint, OwnRequest } from '../own-endpoint.ts';

/** An operation to run; the owner finds it by its names. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  /** It is to tell of itself on a page for browsers. */
  readonly onPage: boolean;
  readonly input: unknown;
  readonly caller: Caller;
}

/** What is answered by a `Reply`. */
export type Question =
  | { readonly kind: 'invoke'; readonly call: Call }
  | { readonly kind: 'undelivered'; readonly call: Call; readonly output: unknown }
  | { readonly kind: 'own'; readonly endpoint: number; readonly request: OwnRequestWords };

/** A query string in place of its parsed form, which cannot be copied. */
export type OwnRequestWords = Omit<OwnRequest, 'query'> & { readonly query: string };

/** What a thread tells of what it did, for metrics and the log. */
export type News =
  /** The client of question `id` is gone. */
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'observed'; readonly observations: readonly Observation[] }
  /** What a bug threw in the thread. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly requestId: string }
  /** The request during which question `id` met a bug. */
  | { readonly kind: 'bug'; readonly id: number; readonly requestId: string };

/** `id` is the thread's own number for the answer to come. */
export type Request = (Question & { readonly id: number }) | News;

export type Outcome =
  | { readonly output: unknown }
  | { readonly refusal: Pick<AwsError, 'code' | 'row' | 'message' | 'members'> }
  /** What a bug threw stays where the log is. */
  | { readonly bug: true };

export interface Reply {
  readonly id: number;
  readonly outcome: Outcome;
}

/** What the owner tells a thread. */
export type FromOwner =
  | { readonly kind: 'listen'; readonly port: number; readonly host: string }
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] }
  | { readonly kind: 'close' };

/** What a thread tells the owner. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'requests'; readonly requests: readonly Request[] }
  /** Something that Node warns of. */
  | { readonly kind: 'warning'; readonly name: string; readonly warning: Error }
  | { readonly kind: 'closed' };

/** What a thread is made with. */
export interface ThreadSettings extends Pick<EndpointRules, 'publicUrl'> {
  readonly ownEndpoints: readonly OwnEndpointRow[];
}

export type OwnEndpointRow = Pick<OwnEndpoint, 'method' | 'path' | 'isPrefix'>;
