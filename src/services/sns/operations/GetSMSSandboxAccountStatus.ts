/** https://docs.aws.amazon.com/sns/latest/api/API_GetSMSSandboxAccountStatus.html */
import { operation } from '../../../core/operation.ts';
import { boolean, required, structure } from '../../../schema/shapes.ts';
import { isInSandbox } from '../sandbox.ts';

export const GetSMSSandboxAccountStatus = operation({
  name: 'GetSMSSandboxAccountStatus',
  input: structure({}),
  output: structure({ IsInSandbox: required(boolean()) }),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'ThrottledException'],
  ownerOnly: true,
  handler: async (_input, context) => ({
    IsInSandbox: await isInSandbox(context, context.caller),
  }),
});
