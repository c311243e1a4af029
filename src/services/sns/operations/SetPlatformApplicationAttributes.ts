/** https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { loadApplication } from '../platform-application.ts';
import { withApplicationAttributes } from '../platform-application-attributes.ts';
import { attributeMap } from '../shapes.ts';

export const SetPlatformApplicationAttributes = operation({
  name: 'SetPlatformApplicationAttributes',
  input: structure({
    PlatformApplicationArn: required(string()),
    Attributes: required(attributeMap),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const { key, value, version } = await loadApplication(input.PlatformApplicationArn, context);
    const changed = { ...value, ...withApplicationAttributes(value, input.Attributes) };
    await context.tx.documents.put(key, changed, { expectedVersion: version });
    return {};
  },
});
