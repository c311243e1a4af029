/**
 * The errors of SNS: modelled names, the codes on the wire, HTTP statuses.
 * https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html and the error section of each
 * operation.
 */
import { AwsError, type ErrorRow, type ErrorTable, failFrom } from '../../core/aws-error.ts';
import { validationError } from '../../core/violations.ts';
import type { Violation } from '../../schema/service.ts';

const client = (queryCode: string, status = 400): ErrorRow => ({
  status,
  fault: 'client',
  queryCode,
});

export const errors = {
  AuthorizationErrorException: client('AuthorizationError', 403),
  BatchEntryIdsNotDistinctException: client('BatchEntryIdsNotDistinct'),
  BatchRequestTooLongException: client('BatchRequestTooLong'),
  ConcurrentAccessException: client('ConcurrentAccess'),
  EmptyBatchRequestException: client('EmptyBatchRequest'),
  EndpointDisabledException: client('EndpointDisabled'),
  FilterPolicyLimitExceededException: client('FilterPolicyLimitExceeded', 403),
  InternalErrorException: { status: 500, fault: 'server', queryCode: 'InternalError' },
  InvalidBatchEntryIdException: client('InvalidBatchEntryId'),
  InvalidParameterException: client('InvalidParameter'),
  InvalidParameterValueException: client('ParameterValueInvalid'),
  InvalidSecurityException: client('InvalidSecurity', 403),
  InvalidStateException: client('InvalidState'),
  KMSAccessDeniedException: client('KMSAccessDenied'),
  KMSDisabledException: client('KMSDisabled'),
  KMSInvalidStateException: client('KMSInvalidState'),
  KMSNotFoundException: client('KMSNotFound'),
  KMSOptInRequired: client('KMSOptInRequired', 403),
  KMSThrottlingException: client('KMSThrottling'),
  NotFoundException: client('NotFound', 404),
  OptedOutException: client('OptedOut'),
  PlatformApplicationDisabledException: client('PlatformApplicationDisabled'),
  ReplayLimitExceededException: client('ReplayLimitExceeded', 403),
  ResourceNotFoundException: client('ResourceNotFound', 404),
  StaleTagException: client('StaleTag'),
  SubscriptionLimitExceededException: client('SubscriptionLimitExceeded', 403),
  TagLimitExceededException: client('TagLimitExceeded'),
  TagPolicyException: client('TagPolicy'),
  ThrottledException: client('Throttled', 429),
  TooManyEntriesInBatchRequestException: client('TooManyEntriesInBatchRequest'),
  TopicLimitExceededException: client('TopicLimitExceeded', 403),
  UserErrorException: client('UserError'),
  ValidationException: client('ValidationException'),
  VerificationException: client('VerificationException'),
} as const satisfies ErrorTable;

/** Builds an error of SNS, or a common one. */
export const fail = failFrom(errors);

/** The usual refusal; `problem` stands behind `Invalid parameter: `. */
export const invalid = (problem: string): AwsError =>
  fail('InvalidParameterException', `Invalid parameter: ${problem}`);

export const noSuchTopic = (): AwsError => fail('NotFoundException', 'Topic does not exist');

export const noSuchSubscription = (): AwsError =>
  fail('NotFoundException', 'Subscription does not exist');

/**
 * A one-time password that is not the one that was sent. `status` is that of the number: AWS says
 * only that there is a status. The text is assumed.
 */
export const verificationFailed = (status: string): AwsError =>
  new AwsError(
    'VerificationException',
    errors.VerificationException,
    'The one-time password is not valid',
    { Status: status },
  );

/** A member that breaks its schema is refused by AWS's front layer. */
export const describeViolation = (violations: readonly Violation[]): Error =>
  validationError(violations, memberPath);

/** `Tags.0.Key` is written `tags.1.member.key`. */
function memberPath(path: string): string {
  return path
    .split('.')
    .map((name) =>
      /^\d+$/.test(name)
        ? `${Number(name) + 1}.member`
        : name.charAt(0).toLowerCase() + name.slice(1),
    )
    .join('.');
}
