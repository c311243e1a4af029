/**
 * AwsError to the AWS JSON error form: `__type` is the shape name that SDKs make a class of, and
 * the `x-amzn-query-error` header carries the code of the older Query protocol.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
import type { AwsError } from '../../core/aws-error.ts';
import type { WireAnswer, WireService } from '../protocol.ts';

export const JSON_TYPE = 'application/x-amz-json-1.0';

export function encodeJsonError(service: WireService | undefined, error: AwsError): WireAnswer {
  const { row, code, queryCode, message } = error;
  const namespace = service?.json?.errorNamespace;
  const type = row.jsonType ?? (namespace === undefined ? code : `${namespace}#${code}`);
  const fault = row.fault === 'client' ? 'Sender' : 'Receiver';
  return {
    status: row.status,
    contentType: service?.json?.contentType ?? JSON_TYPE,
    headers: service?.json?.queryCompatible ? ['x-amzn-query-error', `${queryCode};${fault}`] : [],
    body: JSON.stringify({ __type: type, message }),
  };
}
