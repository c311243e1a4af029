/**
 * SetSMSSandboxAccountStatus: moves an account into the SMS sandbox or out of it. Ours alone: AWS
 * puts new accounts in, and lets them out when its support was asked.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox.html
 */
import { operation } from '../../../../core/operation.ts';
import { boolean, required, structure } from '../../../../schema/shapes.ts';
import { setInSandbox } from '../../sandbox.ts';

export const SetSMSSandboxAccountStatus = operation({
  name: 'SetSMSSandboxAccountStatus',
  input: structure({ IsInSandbox: required(boolean()) }),
  output: structure({}),
  errors: [],
  ownerOnly: true,
  handler: async (input, context) => {
    await setInSandbox(context, input.IsInSandbox);
    return {};
  },
});
