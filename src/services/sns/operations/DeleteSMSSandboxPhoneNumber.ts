/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteSMSSandboxPhoneNumber.html */
import { operation } from '../../../core/operation.ts';
import { required, structure } from '../../../schema/shapes.ts';
import { readPhoneNumber } from '../phone-number.ts';
import { removeNumber } from '../sandbox.ts';
import { sandboxPhoneNumber } from '../shapes.ts';

export const DeleteSMSSandboxPhoneNumber = operation({
  name: 'DeleteSMSSandboxPhoneNumber',
  input: structure({ PhoneNumber: required(sandboxPhoneNumber) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ResourceNotFoundException',
    'ThrottledException',
    'UserErrorException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    await removeNumber(context, readPhoneNumber(input.PhoneNumber));
    return {};
  },
});
