/** https://docs.aws.amazon.com/sns/latest/api/API_GetEndpointAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { readEndpointArn } from '../platform-arn.ts';
import { loadEndpoint } from '../platform-endpoint.ts';
import { attributeMap } from '../shapes.ts';

export const GetEndpointAttributes = operation({
  name: 'GetEndpointAttributes',
  input: structure({ EndpointArn: required(string()) }),
  output: structure({ Attributes: attributeMap }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  handler: async (input, context) => {
    const address = readEndpointArn('EndpointArn', input.EndpointArn, context);
    const { document } = await loadEndpoint(address, context);
    return { Attributes: { ...document.value.attributes } };
  },
});
