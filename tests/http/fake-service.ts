/** A service made of rows alone, and an invoker that records, for tests of the HTTP front. */
import { type AwsError, failFrom } from '../../src/core/aws-error.ts';
import type { Caller, Context } from '../../src/core/context.ts';
import type { CallSignal, Invoker } from '../../src/core/invoke.ts';
import { operation } from '../../src/core/operation.ts';
import { operationTable, type Service } from '../../src/schema/service.ts';
import {
  blob,
  boolean,
  integer,
  list,
  map,
  named,
  required,
  string,
  structure,
} from '../../src/schema/shapes.ts';

export const failParcel = failFrom({
  NoSuchParcel: { status: 404, fault: 'client', queryCode: 'Parcels.NonExistentParcel' },
});

const echo = async (input: object): Promise<object> => ({ ...input });

/** Answers with what it was given. */
export const SendParcel = operation({
  name: 'SendParcel',
  input: structure({
    QueueUrl: string(),
    MessageBody: required(string()),
    DelaySeconds: integer(),
    Fragile: boolean(),
    Seal: blob(),
    Attributes: named(
      'Attribute',
      map(string(), { flattened: true, keyName: 'Name', valueName: 'Value' }),
    ),
    Labels: named('Label', list(string(), { flattened: true })),
  }),
  output: structure({
    QueueUrl: string(),
    MessageBody: string(),
    DelaySeconds: integer(),
    Fragile: boolean(),
    Seal: blob(),
    Attributes: named(
      'Attribute',
      map(string(), { flattened: true, keyName: 'Name', valueName: 'Value' }),
    ),
    Labels: named('Label', list(string(), { flattened: true })),
  }),
  errors: ['NoSuchParcel'],
  handler: echo,
});

/** Hands something out: what the client did not get is taken back. */
export const TakeParcel = operation({
  name: 'TakeParcel',
  input: structure({ QueueUrl: string(), WaitTimeSeconds: integer() }),
  output: structure({ Parcel: string() }),
  errors: ['NoSuchParcel'],
  handler: async () => ({}),
  undelivered: async () => {},
});

export const ListParcels = operation({
  name: 'ListParcels',
  input: structure({}),
  output: structure({ Parcels: named('Parcel', list(string(), { flattened: true })) }),
  errors: [],
  handler: async () => ({}),
});

export const ForgetParcel = operation({
  name: 'ForgetParcel',
  input: structure({ QueueUrl: string() }),
  output: structure({}),
  errors: [],
  emptyResult: true,
  handler: async () => ({}),
});

export const parcels: Service<Context> = {
  name: 'parcels',
  version: '2012-11-05',
  protocols: ['aws-json', 'aws-query'],
  json: {
    targetPrefix: 'AmazonParcels',
    contentType: 'application/x-amz-json-1.0',
    errorNamespace: 'com.amazonaws.parcels',
    queryCompatible: true,
  },
  query: {
    xmlNamespace: 'http://parcels.example/doc/2012-11-05/',
    pathMember: 'QueueUrl',
    notOnPath: ['ListParcels'],
    messages: { NoSuchParcel: 'There is no such parcel for this wsdl version.' },
  },
  operations: operationTable<Context>([SendParcel, TakeParcel, ListParcels, ForgetParcel]),
  describeViolation: (violations) =>
    failParcel('MissingParameter', `The request must contain ${violations[0]?.path}.`),
};

export interface Taken {
  readonly operation: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly caller: Caller;
}

/** What a test makes of a call; without one the call answers with its input. */
export type Behaviour = (call: {
  readonly operation: string;
  readonly input: { readonly [member: string]: unknown };
  readonly caller: Caller;
  readonly signal: CallSignal | undefined;
}) => Promise<unknown>;

export class FakeInvoker implements Invoker {
  readonly callers: Caller[] = [];
  readonly takenBack: Taken[] = [];
  behaviour: Behaviour = async ({ input }) => input;

  invoke(...args: Parameters<Invoker['invoke']>): Promise<unknown> {
    const [, { name }, input, caller, signal] = args;
    this.callers.push(caller);
    return this.behaviour({
      operation: name,
      input: input as { readonly [member: string]: unknown },
      caller,
      signal,
    });
  }

  async undelivered(...args: Parameters<Invoker['undelivered']>): Promise<void> {
    const [, { name }, input, output, caller] = args;
    this.takenBack.push({ operation: name, input, output, caller });
  }

  run<T>(): Promise<T> {
    throw new Error('the front runs operations only');
  }
}

/** A promise and the handle to settle it. */
export function gate<T = void>() {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export const noSuchParcel = (): AwsError => failParcel('NoSuchParcel', 'There is no such parcel.');
