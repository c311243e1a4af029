/** https://docs.aws.amazon.com/sns/latest/api/API_SetEndpointAttributes.html */
import { isDeepStrictEqual } from 'node:util';
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { readEndpointArn } from '../platform-arn.ts';
import { changeEndpoint, loadEndpoint } from '../platform-endpoint.ts';
import { withEndpointAttributes } from '../platform-endpoint-attributes.ts';
import { publishEvent } from '../platform-events.ts';
import { attributeMap } from '../shapes.ts';

export const SetEndpointAttributes = operation({
  name: 'SetEndpointAttributes',
  input: structure({ EndpointArn: required(string()), Attributes: required(attributeMap) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const address = readEndpointArn('EndpointArn', input.EndpointArn, context);
    const found = await loadEndpoint(address, context);
    const { endpointId, attributes } = found.document.value;
    const changed = withEndpointAttributes(address.platform, attributes, input.Attributes);
    if (isDeepStrictEqual(changed, attributes)) return {};
    await changeEndpoint(context, found, changed);
    const url = context.caller.endpoint;
    await publishEvent(context, found.application, { type: 'EndpointUpdated', endpointId, url });
    return {};
  },
});
