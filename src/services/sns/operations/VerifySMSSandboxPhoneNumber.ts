/** https://docs.aws.amazon.com/sns/latest/api/API_VerifySMSSandboxPhoneNumber.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { readPhoneNumber } from '../phone-number.ts';
import { verifyNumber } from '../sandbox.ts';
import { sandboxPhoneNumber } from '../shapes.ts';

export const VerifySMSSandboxPhoneNumber = operation({
  name: 'VerifySMSSandboxPhoneNumber',
  input: structure({
    PhoneNumber: required(sandboxPhoneNumber),
    OneTimePassword: required(string({ min: 5, max: 8, pattern: /^[0-9]+$/ })),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'ThrottledException',
    'VerificationException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    await verifyNumber(context, readPhoneNumber(input.PhoneNumber), input.OneTimePassword);
    return {};
  },
});
