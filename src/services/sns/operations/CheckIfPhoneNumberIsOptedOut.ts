/** https://docs.aws.amazon.com/sns/latest/api/API_CheckIfPhoneNumberIsOptedOut.html */
import { operation } from '../../../core/operation.ts';
import { boolean, required, string, structure } from '../../../schema/shapes.ts';
import { isOptedOut } from '../opted-out.ts';
import { readPhoneNumber } from '../phone-number.ts';

export const CheckIfPhoneNumberIsOptedOut = operation({
  name: 'CheckIfPhoneNumberIsOptedOut',
  input: structure({ phoneNumber: required(string()) }),
  output: structure({ isOptedOut: boolean() }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ThrottledException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    const phoneNumber = readPhoneNumber(input.phoneNumber);
    return { isOptedOut: await isOptedOut(context, context.caller.accountId, phoneNumber) };
  },
});
