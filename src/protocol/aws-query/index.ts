/**
 * AWS Query: form parameters in, XML out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { failCommon } from '../../core/aws-error.ts';
import type { Protocol, WireOperation, WireRequest, WireService } from '../protocol.ts';
import { decodeForm } from './decode.ts';
import { encodeXml } from './encode.ts';
import { encodeXmlError, XML_TYPE } from './error.ts';
import { formOf } from './form.ts';

const NO_HEADERS: readonly string[] = [];

export const awsQuery: Protocol = {
  name: 'aws-query',
  decode: decodeQuery,
  encode: (service, operation, output, requestId) => ({
    status: 200,
    contentType: XML_TYPE,
    headers: NO_HEADERS,
    body: encodeXml(operation, service.query?.xmlNamespace ?? '', output, requestId),
  }),
  encodeError: encodeXmlError,
};

/**
 * On a resource's path, the path stands for the member that names the resource, unless the
 * parameter is given too. Operations that make no sense there are refused.
 */
function decodeQuery(service: WireService, operation: WireOperation, request: WireRequest) {
  const { pathMember, notOnPath } = service.query ?? {};
  const onPath = request.path !== '/';
  if (onPath && notOnPath?.includes(operation.name)) throw invalidAction(operation.name);
  const input = decodeForm(operation.input, formOf(request)) as { [name: string]: unknown };
  if (onPath && pathMember !== undefined && operation.input.members[pathMember] !== undefined) {
    input[pathMember] ??= request.path;
  }
  return input;
}

export function invalidAction(action: string): Error {
  return failCommon('InvalidAction', `The action ${action} is not valid for this endpoint.`);
}
