/** https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
import { operation } from '../../../core/operation.ts';
import { list, required, string, structure } from '../../../schema/shapes.ts';
import { invalid } from '../errors.ts';
import { loadTopicDocument, saveTopic } from '../topic.ts';
import { withStatement } from '../topic-policy.ts';

const ACCOUNT_ID = /^\d{12}$/;

export const AddPermission = operation({
  name: 'AddPermission',
  input: structure({
    TopicArn: required(string()),
    Label: required(string()),
    AWSAccountId: required(list(string())),
    ActionName: required(list(string())),
  }),
  output: structure({}),
  errors: [
    'AuthorizationErrorException',
    'InternalErrorException',
    'InvalidParameterException',
    'NotFoundException',
  ],
  emptyResult: true,
  handler: async (input, context) => {
    const document = await loadTopicDocument(input.TopicArn, context);
    const { Label: label, AWSAccountId: accountIds, ActionName: actions } = input;
    if (label === '') throw invalid('Label');
    if (actions.length === 0) throw invalid('ActionName');
    const areAccounts = accountIds.length > 0 && accountIds.every((id) => ACCOUNT_ID.test(id));
    if (!areAccounts) throw invalid('AWSAccountId');
    const topic = document.value;
    const Policy = withStatement(topic, { label, accountIds, actions });
    await saveTopic(context, document, { ...topic, attributes: { ...topic.attributes, Policy } });
    return {};
  },
});
