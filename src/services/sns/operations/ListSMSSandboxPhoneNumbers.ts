/** https://docs.aws.amazon.com/sns/latest/api/API_ListSMSSandboxPhoneNumbers.html */
import { operation } from '../../../core/operation.ts';
import { integer, list, required, string, structure } from '../../../schema/shapes.ts';
import { listNumbers } from '../sandbox.ts';

const PAGE_SIZE_MAX = 100;

export const ListSMSSandboxPhoneNumbers = operation({
  name: 'ListSMSSandboxPhoneNumbers',
  input: structure({
    NextToken: string(),
    MaxResults: integer({ min: 1, max: PAGE_SIZE_MAX }),
  }),
  output: structure({
    PhoneNumbers: required(list(structure({ PhoneNumber: string(), Status: string() }))),
    NextToken: string(),
  }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'ThrottledException',
  ],
  ownerOnly: true,
  handler: async ({ NextToken: token, MaxResults }, context) => {
    const { documents, ...page } = await listNumbers(context, token, MaxResults);
    return {
      PhoneNumbers: documents.map(({ value }) => ({
        PhoneNumber: value.phoneNumber,
        Status: value.status,
      })),
      ...page,
    };
  },
});
