/** https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { loadTopic } from '../topic.ts';

export const GetDataProtectionPolicy = operation({
  name: 'GetDataProtectionPolicy',
  input: structure({ ResourceArn: required(string()) }),
  output: structure({ DataProtectionPolicy: string() }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
  ],
  handler: async ({ ResourceArn }, context) => {
    const { dataProtectionPolicy } = await loadTopic(ResourceArn, context, 'ResourceArn');
    return dataProtectionPolicy === undefined ? {} : { DataProtectionPolicy: dataProtectionPolicy };
  },
});
