/**
 * OptOutPhoneNumber: what the holder of a phone does by answering STOP. Ours alone: no carrier
 * brings answers here.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_manage.html
 */
import { operation } from '../../../../core/operation.ts';
import { required, string, structure } from '../../../../schema/shapes.ts';
import { optOut } from '../../opted-out.ts';
import { E164 } from '../../phone-number.ts';

export const OptOutPhoneNumber = operation({
  name: 'OptOutPhoneNumber',
  input: structure({ PhoneNumber: required(string({ pattern: E164 })) }),
  output: structure({}),
  errors: [],
  ownerOnly: true,
  handler: async (input, context) => {
    await optOut(context, input.PhoneNumber);
    return {};
  },
});
