/**
 * AWS JSON 1.0 and 1.1, which differ for us in the content type alone.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
import type { Protocol } from '../protocol.ts';
import { decodeJson } from './decode.ts';
import { encodeJson } from './encode.ts';
import { encodeJsonError, JSON_TYPE } from './error.ts';

const NO_HEADERS: readonly string[] = [];

export const awsJson: Protocol = {
  name: 'aws-json',
  decode: (_service, operation, request) => decodeJson(operation.input, request.body),
  encode: (service, operation, output) => ({
    status: 200,
    contentType: service.json?.contentType ?? JSON_TYPE,
    headers: NO_HEADERS,
    ...encodeJson(operation.output, output),
  }),
  encodeError: (service, error) => encodeJsonError(service, error),
};
