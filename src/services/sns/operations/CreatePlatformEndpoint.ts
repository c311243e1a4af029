/** https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformEndpoint.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { loadApplication } from '../platform-application.ts';
import { addEndpoint, arnOfEndpoint, findByToken, tokenTaken } from '../platform-endpoint.ts';
import { isAsAsked, readToken, withEndpointAttributes } from '../platform-endpoint-attributes.ts';
import { publishEvent } from '../platform-events.ts';
import { attributeMap } from '../shapes.ts';
import type { Attributes } from '../topic-attributes.ts';

export const CreatePlatformEndpoint = operation({
  name: 'CreatePlatformEndpoint',
  input: structure({
    PlatformApplicationArn: required(string()),
    Token: required(string()),
    CustomUserData: string(),
    Attributes: attributeMap,
  }),
  output: structure({ EndpointArn: string() }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  /** The token is what makes an endpoint unique within its application. */
  handler: async (input, context) => {
    const { CustomUserData } = input;
    const { value: application } = await loadApplication(input.PlatformApplicationArn, context);
    const { platform } = application;
    const { Token: _, ...given } = input.Attributes ?? {};
    const supplied: Attributes = {
      ...given,
      ...(CustomUserData !== undefined && { CustomUserData }),
    };
    const fresh = { Token: readToken(platform, input.Token), Enabled: 'true' };
    const asked = withEndpointAttributes(platform, fresh, supplied);
    const existing = await findByToken(context, application, asked.Token);
    if (existing !== undefined) {
      const { endpointId, attributes } = existing;
      if (!isAsAsked(attributes, asked, supplied)) throw tokenTaken(application, endpointId);
      return { EndpointArn: arnOfEndpoint(application, endpointId) };
    }
    const { endpointId } = await addEndpoint(context, application, asked);
    const url = context.caller.endpoint;
    await publishEvent(context, application, { type: 'EndpointCreated', endpointId, url });
    return { EndpointArn: arnOfEndpoint(application, endpointId) };
  },
});
