/**
 * The access policy of a queue as a text: what is accepted, and the statements that AddPermission
 * and RemovePermission edit. Limits:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
 */
import { isJsonObject, type JsonObject } from '../../core/json-object.ts';
import {
  actionsOf,
  type PolicyDocument,
  parsePolicyDocument,
  principalCount,
} from '../../core/policy-document.ts';
import { fail } from './errors.ts';
import { invalidParameter } from './parameter.ts';

const BYTES_MAX = 8_192;
const STATEMENTS_MAX = 20;
const PRINCIPALS_MAX = 50;
const CONDITIONS_MAX = 10;
export const ACTIONS_MAX = 7;

/** What a policy can name. A batch operation is covered by the action of its single form. */
const ACTIONS: readonly string[] = [
  'AddPermission',
  'CancelMessageMoveTask',
  'ChangeMessageVisibility',
  'CreateQueue',
  'DeleteMessage',
  'DeleteQueue',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'ListMessageMoveTasks',
  'ListQueueTags',
  'ListQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'RemovePermission',
  'SendMessage',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
];
const ACTIONS_LOWER_CASE = new Set(ACTIONS.map((action) => `sqs:${action.toLowerCase()}`));

/**
 * Reads and checks the attribute. Throws InvalidAttributeValue, InvalidParameterValue or OverLimit.
 */
export function parsePolicy(text: string): PolicyDocument {
  if (Buffer.byteLength(text, 'utf8') > BYTES_MAX) {
    throw fail('OverLimit', 'Submitted policy is over max allowed size.');
  }
  const policy = parsePolicyDocument(text);
  if (policy === undefined) throw invalidPolicy();
  checkLimits(policy.Statement);
  for (const statement of policy.Statement) checkActions(statement);
  return policy;
}

/** The text of a policy once `statement` is in it; a new policy where there was none. */
export function addStatement(
  text: string | undefined,
  queueArn: string,
  statement: JsonObject,
): string {
  const policy: PolicyDocument =
    text === undefined
      ? { Version: '2008-10-17', Id: `${queueArn}/SQSDefaultPolicy`, Statement: [] }
      : parsePolicy(text);
  const added = JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
  parsePolicy(added);
  return added;
}

/** The text without the statement of that label; undefined where no statement is left. */
export function removeStatement(policy: PolicyDocument, label: string): string | undefined {
  const Statement = policy.Statement.filter((statement) => statement.Sid !== label);
  return Statement.length === 0 ? undefined : JSON.stringify({ ...policy, Statement });
}

export const hasStatement = (policy: PolicyDocument, label: string): boolean =>
  policy.Statement.some((statement) => statement.Sid === label);

/** How SQS refuses an action that is not one of its own. */
export const unknownAction = (action: string): Error =>
  invalidParameter(
    'ActionName',
    action,
    'Please refer to the appropriate WSDL for a list of valid actions.',
  );

const invalidPolicy = (): Error =>
  fail('InvalidAttributeValue', 'Invalid value for the parameter Policy.');

function checkLimits(statements: readonly JsonObject[]): void {
  refuseAbove(STATEMENTS_MAX, statements.length, 'statements were found in');
  let principals = 0;
  for (const statement of statements) {
    const actions = actionsOf(statement).length;
    refuseAbove(ACTIONS_MAX, actions, 'actions were found in a statement from');
    const operators = isJsonObject(statement.Condition) ? Object.values(statement.Condition) : [];
    const conditions = operators.reduce<number>((sum, keys) => sum + sizeOf(keys), 0);
    refuseAbove(CONDITIONS_MAX, conditions, 'conditions were found in a statement from');
    principals += principalCount(statement);
  }
  refuseAbove(PRINCIPALS_MAX, principals, 'principals were found in');
}

const sizeOf = (value: unknown): number => (isJsonObject(value) ? Object.keys(value).length : 0);

function refuseAbove(max: number, count: number, what: string): void {
  if (count <= max) return;
  throw fail('OverLimit', `${count} ${what} the submitted policy, max allowed is ${max}`);
}

function checkActions(statement: JsonObject): void {
  for (const action of actionsOf(statement)) {
    const name = String(action).toLowerCase();
    if (name === '*' || ACTIONS_LOWER_CASE.has(name)) continue;
    if (name.startsWith('sqs:') && /[*?]/.test(name)) continue;
    throw unknownAction(String(action));
  }
}
