/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteEndpoint.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { readEndpointArn } from '../platform-arn.ts';
import { findEndpoint, removeEndpoint } from '../platform-endpoint.ts';
import { publishEvent } from '../platform-events.ts';

export const DeleteEndpoint = operation({
  name: 'DeleteEndpoint',
  input: structure({ EndpointArn: required(string()) }),
  output: structure({}),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'InvalidParameterException'],
  emptyResult: true,
  /** Deleting what is not there is a success. Subscriptions of the endpoint stay. */
  handler: async (input, context) => {
    const address = readEndpointArn('EndpointArn', input.EndpointArn, context);
    const found = await findEndpoint(address, context);
    if (found === undefined) return {};
    await removeEndpoint(context, found);
    const { endpointId } = address;
    const url = context.caller.endpoint;
    await publishEvent(context, found.application, { type: 'EndpointDeleted', endpointId, url });
    return {};
  },
});
