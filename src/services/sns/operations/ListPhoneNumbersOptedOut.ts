/** https://docs.aws.amazon.com/sns/latest/api/API_ListPhoneNumbersOptedOut.html */
import { operation } from '../../../core/operation.ts';
import { list, string, structure } from '../../../schema/shapes.ts';
import { listOptedOut } from '../opted-out.ts';

export const ListPhoneNumbersOptedOut = operation({
  name: 'ListPhoneNumbersOptedOut',
  input: structure({ nextToken: string() }),
  output: structure({ phoneNumbers: list(string()), nextToken: string() }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ThrottledException',
  ],
  ownerOnly: true,
  handler: (input, context) => listOptedOut(context, input.nextToken),
});
