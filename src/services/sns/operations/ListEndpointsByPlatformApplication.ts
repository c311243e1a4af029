/** https://docs.aws.amazon.com/sns/latest/api/API_ListEndpointsByPlatformApplication.html */
import { operation } from '../../../core/operation.ts';
import { list, required, string, structure } from '../../../schema/shapes.ts';
import { pageOf } from '../page.ts';
import { loadApplication } from '../platform-application.ts';
import { arnOfEndpoint, endpointFolder, type PlatformEndpoint } from '../platform-endpoint.ts';
import { attributeMap } from '../shapes.ts';

export const ListEndpointsByPlatformApplication = operation({
  name: 'ListEndpointsByPlatformApplication',
  input: structure({ PlatformApplicationArn: required(string()), NextToken: string() }),
  output: structure({
    Endpoints: list(structure({ EndpointArn: string(), Attributes: attributeMap })),
    NextToken: string(),
  }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  handler: async (input, context) => {
    const { value: application } = await loadApplication(input.PlatformApplicationArn, context);
    const folder = endpointFolder(application);
    const { documents, ...page } = await pageOf<PlatformEndpoint>(context, folder, input.NextToken);
    const Endpoints = documents.map(({ value: { endpointId, attributes } }) => ({
      EndpointArn: arnOfEndpoint(application, endpointId),
      Attributes: { ...attributes },
    }));
    return { Endpoints, ...page };
  },
});
