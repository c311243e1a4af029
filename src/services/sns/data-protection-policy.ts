/**
 * Data protection policies: their form, and what they come to.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-policies.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-operations.html
 */
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import { customIdentifier } from '../../data-protection/custom-identifier.ts';
import type { DataIdentifier } from '../../data-protection/examination.ts';
import { managedIdentifiers, NOT_FOUND_HERE } from '../../data-protection/managed-identifiers.ts';
import { ITEMS_MAX, PatternSyntaxError } from '../../data-protection/pattern-syntax.ts';
import { isPrincipal } from './principal.ts';

export interface ProtectionPolicy {
  readonly audit?: AuditStatement;
  /** Without the one about auditing. */
  readonly inbound: readonly Statement[];
  readonly outbound: readonly Statement[];
}

export interface Statement {
  readonly principals: readonly string[];
  readonly identifiers: readonly DataIdentifier[];
  readonly operation: Deny | Deidentify;
}

export interface Deny {
  readonly kind: 'deny';
}

export interface Deidentify {
  readonly kind: 'deidentify';
  /** What stands in the place of each character; without it, nothing does. */
  readonly mask?: string;
}

export interface AuditStatement {
  readonly principals: readonly string[];
  readonly identifiers: readonly DataIdentifier[];
  /** Of a hundred messages. */
  readonly sampleRate: number;
  /** As the policy has them. */
  readonly findingsDestination?: JsonObject;
  readonly noFindingsDestination?: JsonObject;
}

/** What is wrong with a policy, in a few words. */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem';
}

export const POLICY_CHARACTERS_MAX = 30_720;
const VERSION = '2021-06-01';
const ARN_START = 'arn:aws:dataprotection::aws:data-identifier/';
const CUSTOM_IDENTIFIERS_MAX = 10;
const CUSTOM_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const REGEX_CHARACTERS_MAX = 200;
const MASKS = /^[A-Za-z0-9 *!$%&()+,\-./\\#:;=<>@[\]^_`|~]$/;
const SAMPLE_RATE = /^\d{1,2}$/;
const LOG_GROUP_START = '/aws/vendedlogs/';

/** Reads a policy. Throws PolicyProblem. */
export function readProtectionPolicy(text: string): ProtectionPolicy {
  if (text.length > POLICY_CHARACTERS_MAX) {
    throw new PolicyProblem(`it is longer than ${POLICY_CHARACTERS_MAX} characters`);
  }
  const policy = parseJsonObject(text);
  if (policy === undefined) throw new PolicyProblem('it is no JSON object');
  checkMembers('the policy', policy, ['Name', 'Version', 'Statement'], POLICY_OPTIONAL);
  if (typeof policy.Name !== 'string' || policy.Name === '') {
    throw new PolicyProblem('Name must be a string');
  }
  checkText('Description', policy.Description);
  if (policy.Version !== VERSION) throw new PolicyProblem(`Version must be ${VERSION}`);
  const statements = policy.Statement;
  if (!Array.isArray(statements) || statements.length === 0) {
    throw new PolicyProblem('Statement must be a list of at least one statement');
  }
  const custom = readCustomIdentifiers(policy.Configuration);
  return assemble(statements.map((statement) => readStatement(statement, custom)));
}

const POLICY_OPTIONAL = ['Description', 'Configuration'];

type ReadStatement = AuditStatement | (Statement & { readonly direction: string });

function assemble(statements: readonly ReadStatement[]): ProtectionPolicy {
  const audits = statements.filter((statement) => 'sampleRate' in statement);
  if (audits.length > 1) throw new PolicyProblem('only one statement may have the operation Audit');
  const [audit] = audits;
  const others = statements.filter((statement) => 'operation' in statement);
  return {
    ...(audit !== undefined && { audit }),
    inbound: others.filter(({ direction }) => direction === 'Inbound'),
    outbound: others.filter(({ direction }) => direction === 'Outbound'),
  };
}

// ---------------------------------------------------------------- custom identifiers

type Identifiers = ReadonlyMap<string, DataIdentifier>;

function readCustomIdentifiers(configuration: unknown): Identifiers {
  const found = new Map<string, DataIdentifier>();
  if (configuration === undefined) return found;
  const { CustomDataIdentifier: list } = readObject('Configuration', configuration, [
    'CustomDataIdentifier',
  ]);
  if (!Array.isArray(list)) throw new PolicyProblem('CustomDataIdentifier must be a list');
  if (list.length > CUSTOM_IDENTIFIERS_MAX) {
    throw new PolicyProblem(`there are more than ${CUSTOM_IDENTIFIERS_MAX} custom identifiers`);
  }
  let items = 0;
  for (const entry of list) {
    const { Name, Regex } = readObject('CustomDataIdentifier', entry, ['Name', 'Regex']);
    if (typeof Name !== 'string' || !CUSTOM_NAME.test(Name)) {
      throw new PolicyProblem('a custom Name has 1 to 128 letters, digits, _ and -');
    }
    if (managedIdentifiers.has(Name) || NOT_FOUND_HERE.includes(Name)) {
      throw new PolicyProblem(`the custom Name ${Name} is that of a managed data identifier`);
    }
    if (found.has(Name)) throw new PolicyProblem(`the custom Name ${Name} comes twice`);
    const { identifier, size } = readRegex(Name, Regex);
    items += size;
    found.set(Name, identifier);
  }
  if (items > 2 * ITEMS_MAX) {
    throw new PolicyProblem('the custom expressions together are too complicated');
  }
  return found;
}

function readRegex(name: string, regex: unknown) {
  if (typeof regex !== 'string' || regex === '' || regex.length > REGEX_CHARACTERS_MAX) {
    throw new PolicyProblem(`the Regex of ${name} has 1 to ${REGEX_CHARACTERS_MAX} characters`);
  }
  try {
    return customIdentifier(name, regex);
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    throw new PolicyProblem(`the Regex of ${name} cannot be used: ${error.message}`);
  }
}

// ---------------------------------------------------------------- statements

const STATEMENT = ['DataDirection', 'Principal', 'DataIdentifier', 'Operation'];

function readStatement(value: unknown, custom: Identifiers): ReadStatement {
  const statement = readObject('a statement', value, STATEMENT, ['Sid']);
  checkText('Sid', statement.Sid);
  const { DataDirection: direction, Operation } = statement;
  if (direction !== 'Inbound' && direction !== 'Outbound') {
    throw new PolicyProblem('DataDirection must be Inbound or Outbound');
  }
  const principals = readTexts('Principal', statement.Principal);
  for (const principal of principals) {
    if (!isPrincipal(principal)) throw new PolicyProblem(`the Principal ${principal} is none`);
  }
  const identifiers = readTexts('DataIdentifier', statement.DataIdentifier).map((name) =>
    identifierOf(name, custom),
  );
  const operation = readOperation(Operation);
  if ('kind' in operation) return { direction, principals, identifiers, operation };
  if (direction === 'Outbound') throw new PolicyProblem('Audit is for the direction Inbound alone');
  return { principals, identifiers, ...operation };
}

function identifierOf(name: string, custom: Identifiers): DataIdentifier {
  const own = custom.get(name);
  if (own !== undefined) return own;
  if (!name.startsWith(ARN_START)) {
    throw new PolicyProblem(`the DataIdentifier ${name} is neither an ARN nor a custom Name`);
  }
  const short = name.slice(ARN_START.length);
  const managed = managedIdentifiers.get(short);
  if (managed !== undefined) return managed;
  throw new PolicyProblem(
    NOT_FOUND_HERE.includes(short)
      ? `Waystation does not support the DataIdentifier ${name}`
      : `there is no DataIdentifier ${name}`,
  );
}

type ReadOperation =
  | Deny
  | Deidentify
  | Pick<AuditStatement, 'sampleRate' | 'findingsDestination' | 'noFindingsDestination'>;

function readOperation(value: unknown): ReadOperation {
  const operation = readObject('Operation', value, [], ['Audit', 'Deidentify', 'Deny']);
  const [name = '', ...others] = Object.keys(operation);
  if (name === '' || others.length > 0) {
    throw new PolicyProblem('Operation must have one of Audit, Deidentify and Deny');
  }
  if (name === 'Audit') return readAudit(operation.Audit);
  if (name === 'Deidentify') return readDeidentify(operation.Deidentify);
  readObject('Deny', operation.Deny, []);
  return { kind: 'deny' };
}

function readDeidentify(value: unknown): Deidentify {
  const { MaskConfig, RedactConfig } = readObject('Deidentify', value, [], CONFIGS);
  if ((MaskConfig === undefined) === (RedactConfig === undefined)) {
    throw new PolicyProblem('Deidentify must have one of MaskConfig and RedactConfig');
  }
  if (MaskConfig === undefined) {
    readObject('RedactConfig', RedactConfig, []);
    return { kind: 'deidentify' };
  }
  const { MaskWithCharacter: mask } = readObject('MaskConfig', MaskConfig, ['MaskWithCharacter']);
  if (typeof mask !== 'string' || !MASKS.test(mask)) {
    throw new PolicyProblem('MaskWithCharacter must be one supported character');
  }
  return { kind: 'deidentify', mask };
}

const CONFIGS = ['MaskConfig', 'RedactConfig'];

function readAudit(value: unknown) {
  const audit = readObject('Audit', value, ['SampleRate'], DESTINATIONS);
  const rate = String(audit.SampleRate);
  if (!SAMPLE_RATE.test(rate)) throw new PolicyProblem('SampleRate must be 0 to 99');
  const { FindingsDestination, NoFindingsDestination } = audit;
  if (FindingsDestination === undefined && NoFindingsDestination === undefined) {
    throw new PolicyProblem('Audit must have FindingsDestination or NoFindingsDestination');
  }
  return {
    sampleRate: Number(rate),
    ...(FindingsDestination !== undefined && {
      findingsDestination: readDestination('FindingsDestination', FindingsDestination),
    }),
    ...(NoFindingsDestination !== undefined && {
      noFindingsDestination: readDestination('NoFindingsDestination', NoFindingsDestination),
    }),
  };
}

const DESTINATIONS = ['FindingsDestination', 'NoFindingsDestination'];

/** What each kind of destination is named by. */
const DESTINATION_MEMBERS = {
  CloudWatchLogs: 'LogGroup',
  Firehose: 'DeliveryStream',
  S3: 'Bucket',
};

function readDestination(what: string, value: unknown): JsonObject {
  const destination = readObject(what, value, [], Object.keys(DESTINATION_MEMBERS));
  for (const [kind, member] of Object.entries(DESTINATION_MEMBERS)) {
    if (destination[kind] === undefined) continue;
    const { [member]: name } = readObject(kind, destination[kind], [member]);
    if (typeof name !== 'string' || name === '') {
      throw new PolicyProblem(`${member} must be a string`);
    }
    if (kind === 'CloudWatchLogs' && !name.startsWith(LOG_GROUP_START)) {
      throw new PolicyProblem(`LogGroup must begin with ${LOG_GROUP_START}`);
    }
  }
  return destination;
}

// ---------------------------------------------------------------- forms

function readObject(
  what: string,
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (!isJsonObject(value)) throw new PolicyProblem(`${what} must be an object`);
  checkMembers(what, value, required, optional);
  return value;
}

function checkMembers(
  what: string,
  object: JsonObject,
  required: readonly string[],
  optional: readonly string[],
): void {
  const missing = required.find((member) => object[member] === undefined);
  if (missing !== undefined) throw new PolicyProblem(`${what} has no ${missing}`);
  const known = [...required, ...optional];
  const unknown = Object.keys(object).find((member) => !known.includes(member));
  if (unknown !== undefined) throw new PolicyProblem(`${what} has an unknown member ${unknown}`);
}

function checkText(what: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') {
    throw new PolicyProblem(`${what} must be a string`);
  }
}

function readTexts(what: string, value: unknown): readonly string[] {
  const isRight =
    Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
  if (!isRight) throw new PolicyProblem(`${what} must be a list of at least one string`);
  return value;
}
