/**
 * The errors of SQS: modelled names, the codes of the older Query protocol, HTTP statuses.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and the
 * error section of each operation.
 */
import { type ErrorTable, failCommon, failFrom } from '../../core/aws-error.ts';
import type { Violation } from '../../schema/service.ts';

const legacy = (name: string) => `AWS.SimpleQueueService.${name}`;

export const errors = {
  BatchEntryIdsNotDistinct: {
    status: 400,
    fault: 'client',
    queryCode: legacy('BatchEntryIdsNotDistinct'),
  },
  BatchRequestTooLong: { status: 400, fault: 'client', queryCode: legacy('BatchRequestTooLong') },
  EmptyBatchRequest: { status: 400, fault: 'client', queryCode: legacy('EmptyBatchRequest') },
  InvalidAddress: { status: 404, fault: 'client' },
  InvalidAttributeName: { status: 400, fault: 'client' },
  InvalidAttributeValue: { status: 400, fault: 'client' },
  InvalidBatchEntryId: { status: 400, fault: 'client', queryCode: legacy('InvalidBatchEntryId') },
  InvalidIdFormat: { status: 400, fault: 'client' },
  InvalidMessageContents: { status: 400, fault: 'client' },
  InvalidSecurity: { status: 403, fault: 'client' },
  KmsAccessDenied: { status: 400, fault: 'client', queryCode: 'KMS.AccessDeniedException' },
  KmsDisabled: { status: 400, fault: 'client', queryCode: 'KMS.DisabledException' },
  KmsInvalidKeyUsage: { status: 400, fault: 'client', queryCode: 'KMS.InvalidKeyUsageException' },
  KmsInvalidState: { status: 400, fault: 'client', queryCode: 'KMS.InvalidStateException' },
  KmsNotFound: { status: 400, fault: 'client', queryCode: 'KMS.NotFoundException' },
  KmsOptInRequired: { status: 403, fault: 'client', queryCode: 'KMS.OptInRequired' },
  KmsThrottled: { status: 400, fault: 'client', queryCode: 'KMS.ThrottlingException' },
  MessageNotInflight: { status: 400, fault: 'client', queryCode: legacy('MessageNotInflight') },
  OverLimit: { status: 403, fault: 'client' },
  PurgeQueueInProgress: {
    status: 403,
    fault: 'client',
    queryCode: legacy('PurgeQueueInProgress'),
  },
  QueueDeletedRecently: {
    status: 400,
    fault: 'client',
    queryCode: legacy('QueueDeletedRecently'),
  },
  QueueDoesNotExist: { status: 400, fault: 'client', queryCode: legacy('NonExistentQueue') },
  QueueNameExists: { status: 400, fault: 'client', queryCode: 'QueueAlreadyExists' },
  ReceiptHandleIsInvalid: { status: 404, fault: 'client' },
  RequestThrottled: { status: 403, fault: 'client' },
  ResourceNotFoundException: { status: 404, fault: 'client' },
  TooManyEntriesInBatchRequest: {
    status: 400,
    fault: 'client',
    queryCode: legacy('TooManyEntriesInBatchRequest'),
  },
  UnsupportedOperation: { status: 400, fault: 'client', queryCode: legacy('UnsupportedOperation') },
} as const satisfies ErrorTable;

/** Builds an error of SQS, or a common one. */
export const fail = failFrom(errors);

/**
 * SQS words a missing member in its own way; limits are checked by the handlers, which know the
 * text.
 */
export function describeViolation(violations: readonly Violation[]): Error {
  const [first] = violations;
  const name = first?.path.split('.').at(-1) ?? '';
  if (first === undefined || first.rule === 'required') {
    return failCommon('MissingParameter', `The request must contain the parameter ${name}.`);
  }
  return failCommon(
    'InvalidParameterValue',
    `Value ${String(first.value)} for parameter ${name} is invalid.`,
  );
}
