/** https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { readPhoneNumber } from '../phone-number.ts';
import { addNumber } from '../sandbox.ts';
import { sandboxPhoneNumber } from '../shapes.ts';
import { LANGUAGE_CODES } from '../verification-text.ts';

export const CreateSMSSandboxPhoneNumber = operation({
  name: 'CreateSMSSandboxPhoneNumber',
  input: structure({
    PhoneNumber: required(sandboxPhoneNumber),
    LanguageCode: string({ enum: LANGUAGE_CODES }),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'OptedOutException',
    'ThrottledException',
    'UserErrorException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    await addNumber(context, readPhoneNumber(input.PhoneNumber), input.LanguageCode);
    return {};
  },
});
