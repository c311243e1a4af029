/**
 * The access policy of a topic as a text: the one that every topic has, what is accepted, and the
 * statements that AddPermission and RemovePermission edit.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import {
  actionsOf,
  listOf,
  type PolicyDocument,
  parsePolicyDocument,
  principalCount,
} from '../../core/policy-document.ts';
import { invalid } from './errors.ts';
import { type Topic, topicArn } from './topic.ts';

const BYTES_MAX = 30_720;
const STATEMENTS_MAX = 100;
const PRINCIPALS_MAX = 200;

/** What the owner may do, and what AddPermission grants. */
const OWNER_ACTIONS: readonly string[] = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
];

/** What a statement can name: operations on topics, and one that is none of them. */
const ACTIONS: ReadonlySet<string> = new Set(
  [
    ...OWNER_ACTIONS,
    'GetDataProtectionPolicy',
    'ListTagsForResource',
    'PutDataProtectionPolicy',
    'Receive',
    'TagResource',
    'UntagResource',
  ].map((action) => action.toLowerCase()),
);

/** The text that a topic has while nobody set another: its owner may do everything. */
export function defaultPolicy(topic: Topic): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: OWNER_ACTIONS.map((action) => `SNS:${action}`),
        Resource: topicArn(topic),
        Condition: { StringEquals: { 'AWS:SourceOwner': topic.accountId } },
      },
    ],
  });
}

/** Observed on AWS as the answer to most that is wrong with a policy. */
const NO_POLICY = 'Policy Error: null';

/** What is wrong with a text as a topic's policy, in the words behind `Invalid parameter: `. */
export function problemOfPolicy(text: string): string | undefined {
  if (Buffer.byteLength(text) > BYTES_MAX) return `Policy is larger than ${BYTES_MAX} bytes`;
  const statements = parsePolicyDocument(text)?.Statement;
  if (statements === undefined || statements.length > STATEMENTS_MAX) return NO_POLICY;
  if (!statements.every(hasPrincipals)) return NO_POLICY;
  const labels = statements.map(({ Sid }) => Sid);
  if (new Set(labels).size < labels.length) return 'Every policy statement must have a unique ID';
  return statements.map(problemOfStatement).find((problem) => problem !== undefined);
}

function hasPrincipals(statement: JsonObject): boolean {
  const count = principalCount(statement);
  return count > 0 && count <= PRINCIPALS_MAX;
}

function problemOfStatement(statement: JsonObject): string | undefined {
  if (listOf(statement.Resource ?? statement.NotResource).length !== 1) {
    return 'Policy statement must apply to a single resource!';
  }
  const actions = actionsOf(statement).map(String);
  return actions.every(isAction) ? undefined : OUT_OF_SCOPE;
}

const OUT_OF_SCOPE = 'Policy statement action out of service scope!';

function isAction(text: string): boolean {
  const name = text.toLowerCase();
  if (name === '*') return true;
  if (!name.startsWith('sns:')) return false;
  return /[*?]/.test(name) || ACTIONS.has(name.slice('sns:'.length));
}

export interface Grant {
  readonly label: string;
  readonly accountIds: readonly string[];
  readonly actions: readonly string[];
}

/** The text of a topic's policy once a grant is in it. Throws InvalidParameter. */
export function withStatement(topic: Topic, grant: Grant): string {
  const policy = policyOf(topic);
  if (policy.Statement.some(({ Sid }) => Sid === grant.label)) {
    throw invalid('Statement already exists');
  }
  if (!grant.actions.every((action) => isAction(`sns:${action}`))) throw invalid(OUT_OF_SCOPE);
  const statement = {
    Sid: grant.label,
    Effect: 'Allow',
    Principal: { AWS: bare(grant.accountIds.map((id) => `arn:aws:iam::${id}:root`)) },
    Action: bare(grant.actions.map((action) => `SNS:${action}`)),
    Resource: topicArn(topic),
  };
  const text = JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
  const problem = problemOfPolicy(text);
  if (problem !== undefined) throw invalid(problem);
  return text;
}

/** The text without the statement of that label; the same when there is none. */
export function withoutStatement(topic: Topic, label: string): string {
  const policy = policyOf(topic);
  const Statement = policy.Statement.filter(({ Sid }) => Sid !== label);
  return JSON.stringify({ ...policy, Statement });
}

function policyOf(topic: Topic): PolicyDocument {
  const policy = parseJsonObject(topic.attributes.Policy ?? defaultPolicy(topic)) ?? {};
  return { ...policy, Statement: listOf(policy.Statement).filter(isJsonObject) };
}

/** Policies write a list of one without the brackets. */
const bare = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? (values[0] ?? '') : values;
