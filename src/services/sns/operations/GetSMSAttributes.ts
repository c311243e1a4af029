/** https://docs.aws.amazon.com/sns/latest/api/API_GetSMSAttributes.html */
import { operation } from '../../../core/operation.ts';
import { list, string, structure } from '../../../schema/shapes.ts';
import { attributeMap } from '../shapes.ts';
import { describeSmsAttributes } from '../sms-attributes.ts';

export const GetSMSAttributes = operation({
  name: 'GetSMSAttributes',
  input: structure({ attributes: list(string()) }),
  output: structure({ attributes: attributeMap }),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ThrottledException',
  ],
  ownerOnly: true,
  handler: async (input, context) => ({
    attributes: { ...(await describeSmsAttributes(context, input.attributes)) },
  }),
});
