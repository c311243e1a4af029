/** https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html */
import { operation } from '../../../core/operation.ts';
import { required, structure } from '../../../schema/shapes.ts';
import { attributeMap } from '../shapes.ts';
import { setSmsAttributes } from '../sms-attributes.ts';

export const SetSMSAttributes = operation({
  name: 'SetSMSAttributes',
  input: structure({ attributes: required(attributeMap) }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'ThrottledException',
  ],
  ownerOnly: true,
  handler: async (input, context) => {
    await setSmsAttributes(context, input.attributes);
    return {};
  },
});
