/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
import { operation } from '../../../core/operation.ts';
import { list, named, required, string, structure } from '../../../schema/shapes.ts';
import { fail } from '../errors.ts';
import { invalidParameter, missingParameter } from '../parameter.ts';
import { ACTIONS_MAX, addStatement, hasStatement, parsePolicy, unknownAction } from '../policy.ts';
import { loadQueueDocument, queueArn, saveQueue } from '../queue.ts';

const GRANTABLE: readonly string[] = [
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
];
const OWNER_ONLY: readonly string[] = [
  'AddPermission',
  'CancelMessageMoveTask',
  'CreateQueue',
  'DeleteQueue',
  'ListMessageMoveTasks',
  'ListQueueTags',
  'ListQueues',
  'RemovePermission',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
];

const LABEL = /^[A-Za-z0-9_-]{1,80}$/;
const ACCOUNT_ID = /^\d{12}$/;

export const AddPermission = operation({
  name: 'AddPermission',
  input: structure({
    QueueUrl: required(string()),
    Label: required(string()),
    AWSAccountIds: required(named('AWSAccountId', list(string(), { flattened: true }))),
    Actions: required(named('ActionName', list(string(), { flattened: true }))),
  }),
  output: structure({}),
  errors: [
    'InvalidAddress',
    'InvalidSecurity',
    'OverLimit',
    'QueueDoesNotExist',
    'RequestThrottled',
    'UnsupportedOperation',
  ],
  emptyResult: true,
  ownerOnly: true,
  handler: async (input, context) => {
    const document = await loadQueueDocument(input.QueueUrl, context);
    const queue = document.value;
    const { Label, AWSAccountIds, Actions } = input;
    checkLabel(Label);
    checkAccountIds(AWSAccountIds);
    checkActions(Actions);
    const current = queue.attributes.Policy;
    if (current !== undefined && hasStatement(parsePolicy(current), Label)) {
      throw invalidParameter('Label', Label, 'Already exists.');
    }
    const Policy = addStatement(current, queueArn(queue), {
      Sid: Label,
      Effect: 'Allow',
      Principal: { AWS: bare(AWSAccountIds.map((id) => `arn:aws:iam::${id}:root`)) },
      Action: bare(Actions.map((action) => `SQS:${action}`)),
      Resource: queueArn(queue),
    });
    const attributes = { ...queue.attributes, Policy };
    await saveQueue(context, document, { attributes, modifiedAtMs: context.nowMs });
    return {};
  },
});

/** Policies write a list of one without the brackets. */
const bare = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? (values[0] ?? '') : values;

function checkLabel(label: string): void {
  if (LABEL.test(label)) return;
  throw invalidParameter(
    'Label',
    label,
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
  );
}

function checkAccountIds(accountIds: readonly string[]): void {
  if (accountIds.length === 0) throw missingParameter('AWSAccountIds');
  for (const accountId of accountIds) {
    if (!ACCOUNT_ID.test(accountId)) {
      throw invalidParameter('PrincipalId', `[${accountId}]`, 'Unable to verify.');
    }
  }
}

function checkActions(actions: readonly string[]): void {
  if (actions.length === 0) throw missingParameter('Actions');
  if (actions.length > ACTIONS_MAX) {
    throw fail(
      'OverLimit',
      `${actions.length} Actions were found, maximum allowed is ${ACTIONS_MAX}.`,
    );
  }
  for (const action of actions) {
    if (OWNER_ONLY.includes(action)) {
      throw invalidParameter(
        'ActionName',
        `SQS:${action}`,
        'Only the queue owner is allowed to invoke this action.',
      );
    }
    if (!GRANTABLE.includes(action)) throw unknownAction(`SQS:${action}`);
  }
}
