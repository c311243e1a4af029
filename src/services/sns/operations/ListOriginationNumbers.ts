/**
 * https://docs.aws.amazon.com/sns/latest/api/API_ListOriginationNumbers.html
 *
 * Such numbers are leased with AWS End User Messaging, which this server is not: an account has
 * none, and a text shows any origination number that its publisher names.
 */
import { operation } from '../../../core/operation.ts';
import { integer, list, string, structure, timestamp } from '../../../schema/shapes.ts';
import { invalid } from '../errors.ts';

const PAGE_SIZE_MAX = 30;

const phoneNumberInformation = structure({
  CreatedAt: timestamp(),
  PhoneNumber: string(),
  Status: string(),
  Iso2CountryCode: string(),
  RouteType: string(),
  NumberCapabilities: list(string()),
});

export const ListOriginationNumbers = operation({
  name: 'ListOriginationNumbers',
  input: structure({
    NextToken: string(),
    MaxResults: integer({ min: 1, max: PAGE_SIZE_MAX }),
  }),
  output: structure({ NextToken: string(), PhoneNumbers: list(phoneNumberInformation) }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ThrottledException',
    'ValidationException',
  ],
  ownerOnly: true,
  handler: async (input) => {
    // No page is ever followed by another, so that no token is one of ours.
    if (input.NextToken) throw invalid('NextToken Reason: Invalid or expired next token');
    return { PhoneNumbers: [] };
  },
});
