/** Which request calls what: headers, paths, signatures and versions. */
import { describe, expect, test } from 'vitest';
import type { WireRequest } from '../../src/protocol/protocol.ts';
import { createSelector, protocolOf } from '../../src/protocol/select.ts';
import { operationTable, type Service } from '../../src/schema/service.ts';
import { structure } from '../../src/schema/shapes.ts';
import { formRequest, jsonRequest, linkRequest } from './wire.ts';

function serviceOf(overrides: Partial<Service>, operations: readonly string[]): Service {
  return {
    name: 'queues',
    version: '2012-11-05',
    protocols: ['aws-json', 'aws-query'],
    json: {
      targetPrefix: 'Queues',
      contentType: 'application/x-amz-json-1.0',
      errorNamespace: 'com.amazonaws.queues',
      queryCompatible: true,
    },
    query: { xmlNamespace: 'https://queues.example/', pathMember: 'QueueUrl' },
    describeViolation: () => new Error(),
    ...overrides,
    operations: operationTable<unknown>(
      operations.map((name) => ({
        name,
        input: structure({}),
        output: structure({}),
        errors: [],
        handler: async () => ({}),
      })),
    ),
  };
}

const queues = serviceOf({}, ['SendMessage', 'AddPermission']);
const topics = serviceOf(
  {
    name: 'topics',
    version: '2010-03-31',
    protocols: ['aws-query'],
    query: { xmlNamespace: 'https://topics.example/' },
  },
  ['Publish', 'AddPermission'],
);
const streams = serviceOf(
  {
    name: 'streams',
    version: '2013-12-02',
    protocols: ['aws-json'],
    json: {
      targetPrefix: 'Streams_20131202',
      contentType: 'application/x-amz-json-1.1',
      errorNamespace: 'com.amazonaws.streams',
      queryCompatible: false,
    },
  },
  ['PutRecord', 'AddPermission'],
);

const selector = createSelector([queues, topics, streams]);

/** `service.Operation`, the code of the refusal, or `nothing`. */
function called(request: WireRequest, scopeService?: string): string {
  try {
    const selection = selector.select(protocolOf(request), request, scopeService);
    if (selection === undefined) return 'nothing';
    return `${selection.service.name}.${selection.operation.name}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const targeting = (target: string | undefined, overrides: Partial<WireRequest> = {}) =>
  jsonRequest('{}', { target, ...overrides });

describe('AWS JSON', () => {
  const vectors: readonly [what: string, request: WireRequest, called: string][] = [
    ['a target', targeting('Queues.SendMessage'), 'queues.SendMessage'],
    ['a target of another service', targeting('Streams_20131202.PutRecord'), 'streams.PutRecord'],
    ['a queue’s own path', targeting('Queues.SendMessage', { path: '/0/q' }), 'queues.SendMessage'],
    [
      'JSON 1.1',
      targeting('Queues.SendMessage', { contentType: 'application/x-amz-json-1.1' }),
      'queues.SendMessage',
    ],
    [
      'a charset',
      targeting('Queues.SendMessage', { contentType: 'application/x-amz-json-1.0; charset=UTF-8' }),
      'queues.SendMessage',
    ],
    [
      'plain JSON',
      targeting('Queues.SendMessage', { contentType: 'application/json' }),
      'queues.SendMessage',
    ],
    ['no content type', targeting('Queues.SendMessage', { contentType: '' }), 'queues.SendMessage'],
    ['an unknown operation', targeting('Queues.Nothing'), 'UnknownOperationException'],
    ['an unknown service', targeting('Nothing.SendMessage'), 'UnknownOperationException'],
    ['a service without JSON', targeting('Topics.Publish'), 'UnknownOperationException'],
    ['no dot', targeting('SendMessage'), 'UnknownOperationException'],
    ['an empty target', targeting(''), 'UnknownOperationException'],
    [
      'two targets',
      targeting('Queues.SendMessage, Queues.SendMessage'),
      'UnknownOperationException',
    ],
    ['no target', targeting(undefined), 'UnknownOperationException'],
    [
      'no target, on a queue’s path',
      targeting(undefined, { path: '/000000000000/q' }),
      'UnknownOperationException',
    ],
    ['an inherited name', targeting('__proto__'), 'UnknownOperationException'],
  ];
  test.each(vectors)('%s', (_what, request, expected) => {
    expect(protocolOf(request).name).toBe('aws-json');
    expect(called(request)).toBe(expected);
  });
});

describe('Query', () => {
  const path = '/000000000000/orders';
  const vectors: readonly [what: string, request: WireRequest, called: string][] = [
    ['a form', formRequest('Action=SendMessage&Version=2012-11-05'), 'queues.SendMessage'],
    ['a link', linkRequest('Action=SendMessage&Version=2012-11-05'), 'queues.SendMessage'],
    [
      'an action in the URL of a POST',
      { ...formRequest('Foo=1'), query: 'Action=SendMessage' },
      'queues.SendMessage',
    ],
    ['a form on a queue’s path', formRequest('Action=SendMessage', { path }), 'queues.SendMessage'],
    ['a link on a queue’s path', linkRequest('Action=SendMessage', path), 'queues.SendMessage'],
    ['a slash after the path', linkRequest('Action=SendMessage', `${path}/`), 'queues.SendMessage'],
    [
      'a path with a prefix',
      linkRequest('Action=SendMessage', `/queue/eu-west-1${path}`),
      'queues.SendMessage',
    ],
    [
      'an action of one service, another version',
      formRequest('Action=Publish&Version=2009-01-01'),
      'topics.Publish',
    ],
    [
      'a shared action by its version',
      formRequest('Action=AddPermission&Version=2010-03-31'),
      'topics.AddPermission',
    ],
    [
      'a shared action by its other version',
      formRequest('Action=AddPermission&Version=2012-11-05'),
      'queues.AddPermission',
    ],
    ['a shared action without version', formRequest('Action=AddPermission'), 'InvalidAction'],
    [
      'a shared action on a queue’s path',
      formRequest('Action=AddPermission', { path }),
      'queues.AddPermission',
    ],
    [
      'an action of a service without paths, on a path',
      formRequest('Action=Publish', { path }),
      'InvalidAction',
    ],
    ['an unknown action', formRequest('Action=Nothing'), 'InvalidAction'],
    ['an unknown action on a queue’s path', linkRequest('Action=Nothing', path), 'InvalidAction'],
    ['an action of a service without Query', formRequest('Action=PutRecord'), 'InvalidAction'],
    ['an inherited name', formRequest('Action=__proto__'), 'InvalidAction'],
    ['an empty action', formRequest('Action='), 'InvalidAction'],
    ['a form without action', formRequest('Version=2012-11-05'), 'MissingAction'],
    ['an empty form', formRequest(''), 'nothing'],
    ['a link without action', linkRequest('Version=2012-11-05'), 'nothing'],
    ['a queue’s path without action', linkRequest('', path), 'nothing'],
    ['a form without action on a queue’s path', formRequest('Foo=1', { path }), 'nothing'],
    ['another path', linkRequest('Action=SendMessage', '/other'), 'nothing'],
    ['an account that is none', linkRequest('Action=SendMessage', '/12345/orders'), 'nothing'],
    [
      'a body that is not a form',
      formRequest('Action=SendMessage', { contentType: 'multipart/form-data' }),
      'nothing',
    ],
    ['a malformed form', formRequest('Action=%'), 'MalformedQueryString'],
  ];
  test.each(vectors)('%s', (_what, request, expected) => {
    expect(protocolOf(request).name).toBe('aws-query');
    expect(called(request)).toBe(expected);
  });

  const signed: readonly [what: string, form: string, scope: string, called: string][] = [
    ['a shared action', 'Action=AddPermission', 'topics', 'topics.AddPermission'],
    [
      'a shared action with the other version',
      'Action=AddPermission&Version=2012-11-05',
      'topics',
      'topics.AddPermission',
    ],
    ['an action of another service', 'Action=SendMessage', 'topics', 'InvalidAction'],
    [
      'an action for a service without Query',
      'Action=SendMessage',
      'streams',
      'queues.SendMessage',
    ],
    ['an action for a service that is not here', 'Action=SendMessage', 'sts', 'queues.SendMessage'],
  ];
  test.each(signed)('signed: %s', (_what, form, scope, expected) => {
    expect(called(formRequest(form), scope)).toBe(expected);
  });
});
