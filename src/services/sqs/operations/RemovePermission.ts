/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { invalidParameter } from '../parameter.ts';
import { hasStatement, parsePolicy, removeStatement } from '../policy.ts';
import { loadQueueDocument, saveQueue } from '../queue.ts';

export const RemovePermission = operation({
  name: 'RemovePermission',
  input: structure({ QueueUrl: required(string()), Label: required(string()) }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  ownerOnly: true,
  handler: async (input, context) => {
    const document = await loadQueueDocument(input.QueueUrl, context);
    const { Policy: text, ...others } = document.value.attributes;
    const policy = text === undefined ? undefined : parsePolicy(text);
    if (policy === undefined || !hasStatement(policy, input.Label)) {
      throw invalidParameter('Label', input.Label, "can't find label on existing policy.");
    }
    const Policy = removeStatement(policy, input.Label);
    const attributes = Policy === undefined ? others : { ...others, Policy };
    await saveQueue(context, document, { attributes, modifiedAtMs: context.nowMs });
    return {};
  },
});
