/** https://docs.aws.amazon.com/sns/latest/api/API_GetPlatformApplicationAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { loadApplication } from '../platform-application.ts';
import { describeApplication } from '../platform-application-attributes.ts';
import { attributeMap } from '../shapes.ts';

export const GetPlatformApplicationAttributes = operation({
  name: 'GetPlatformApplicationAttributes',
  input: structure({ PlatformApplicationArn: required(string()) }),
  output: structure({ Attributes: attributeMap }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  handler: async (input, context) => {
    const { value } = await loadApplication(input.PlatformApplicationArn, context);
    return { Attributes: { ...describeApplication(value) } };
  },
});
