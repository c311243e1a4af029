/** https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { withProtectionPolicy } from '../data-protection.ts';
import { loadTopicDocument, saveTopic } from '../topic.ts';

export const PutDataProtectionPolicy = operation({
  name: 'PutDataProtectionPolicy',
  input: structure({
    ResourceArn: required(string()),
    DataProtectionPolicy: required(string()),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidSecurityException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async ({ ResourceArn, DataProtectionPolicy }, context) => {
    const document = await loadTopicDocument(ResourceArn, context, 'ResourceArn');
    await saveTopic(context, document, withProtectionPolicy(document.value, DataProtectionPolicy));
    return {};
  },
});
