/**
 * Headers and path to service, operation and protocol. Headers decide, not the path: some clients
 * send AWS JSON to a queue's own path.
 */
import { failCommon } from '../core/aws-error.ts';
import type { AnyOperation } from '../schema/operation.ts';
import type { Service } from '../schema/service.ts';
import { awsJson } from './aws-json/index.ts';
import { formOf, parameter } from './aws-query/form.ts';
import { awsQuery, invalidAction } from './aws-query/index.ts';
import type { Protocol, WireRequest } from './protocol.ts';

export interface Selection<Context> {
  readonly service: Service<Context>;
  readonly operation: AnyOperation<Context>;
}

export interface Selector<Context> {
  /**
   * The operation that a request calls; undefined when it calls none, because nothing stands at its
   * address. `scopeService` is the service that the request is signed for. Throws AwsError.
   */
  select(
    protocol: Protocol,
    request: WireRequest,
    scopeService: string | undefined,
  ): Selection<Context> | undefined;
  /** The service that a request is signed for, whose form an error has that selects none. */
  signedFor(scopeService: string | undefined): Service<Context> | undefined;
}

const JSON_TYPE_PREFIX = 'application/x-amz-json-';

/** The protocol that a request speaks, and that even its refusal must speak. */
export function protocolOf(request: Pick<WireRequest, 'target' | 'contentType'>): Protocol {
  if (request.target !== undefined) return awsJson;
  const isJson = request.contentType.toLowerCase().startsWith(JSON_TYPE_PREFIX);
  return isJson ? awsJson : awsQuery;
}

/** Looks a service's operations up in the ways that its protocols name them. */
export function createSelector<Context>(services: readonly Service<Context>[]): Selector<Context> {
  const targets = new Map<string, Selection<Context>>();
  const actions = new Map<string, Selection<Context>[]>();
  for (const service of services) {
    for (const operation of service.operations.values()) {
      const selection = { service, operation };
      if (service.protocols.includes('aws-json')) {
        targets.set(`${service.json?.targetPrefix}.${operation.name}`, selection);
      }
      if (service.protocols.includes('aws-query')) {
        const sharers = actions.get(operation.name);
        if (sharers === undefined) actions.set(operation.name, [selection]);
        else sharers.push(selection);
      }
    }
  }

  const signedFor = (scopeService: string | undefined) =>
    services.find(({ name }) => name === scopeService);

  function selectAction(
    request: WireRequest,
    scopeService: string | undefined,
  ): Selection<Context> | undefined {
    const onRoot = request.path === '/';
    if (!onRoot && !isResourcePath(request.path)) return undefined;
    const form = formOf(request);
    const action = parameter(form, 'Action');
    if (action === undefined) {
      if (request.method === 'POST' && onRoot && form.children !== undefined) {
        throw failCommon('MissingAction', 'The request must contain the parameter Action.');
      }
      return undefined;
    }
    const candidates = (actions.get(action) ?? []).filter(
      ({ service }) => onRoot || service.query?.pathMember !== undefined,
    );
    const scope = signedFor(scopeService);
    const chosen =
      scope?.protocols.includes('aws-query') === true
        ? candidates.find(({ service }) => service === scope)
        : chooseByVersion(candidates, parameter(form, 'Version'));
    if (chosen === undefined) throw invalidAction(action);
    return chosen;
  }

  return {
    select(protocol, request, scopeService) {
      if (protocol.name === 'aws-query') return selectAction(request, scopeService);
      const selection = targets.get(request.target ?? '');
      if (selection === undefined) throw unknownTarget(request.target);
      return selection;
    },
    signedFor,
  };
}

/** Several services may have an action of one name; without a signature the version tells. */
function chooseByVersion<Context>(
  candidates: readonly Selection<Context>[],
  version: string | undefined,
): Selection<Context> | undefined {
  if (candidates.length === 1) return candidates[0];
  return candidates.find(({ service }) => service.version === version);
}

const RESOURCE_PATH = /^(?:\/[^/]+)*\/\d{12}\/[A-Za-z0-9_.-]+\/?$/;

/** A path that names a resource: `/<account>/<name>`, whatever a proxy puts before it. */
function isResourcePath(path: string): boolean {
  return RESOURCE_PATH.test(path);
}

function unknownTarget(target: string | undefined): Error {
  return failCommon(
    'UnknownOperationException',
    target === undefined
      ? 'The request has no X-Amz-Target header.'
      : `The operation ${target} is not known.`,
  );
}
