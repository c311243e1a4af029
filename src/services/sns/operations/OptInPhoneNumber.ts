/** https://docs.aws.amazon.com/sns/latest/api/API_OptInPhoneNumber.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { optIn } from '../opted-out.ts';
import { readPhoneNumber } from '../phone-number.ts';

export const OptInPhoneNumber = operation({
  name: 'OptInPhoneNumber',
  input: structure({ phoneNumber: required(string()) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ThrottledException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    await optIn(context, readPhoneNumber(input.phoneNumber));
    return {};
  },
});
