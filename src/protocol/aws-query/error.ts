/** AwsError to the ErrorResponse document of the Query protocol. */
import type { AwsError } from '../../core/aws-error.ts';
import type { WireAnswer, WireService } from '../protocol.ts';
import { XML_DECLARATION } from './encode.ts';
import { escapeXml } from './xml.ts';

export const XML_TYPE = 'text/xml';

export function encodeXmlError(
  service: WireService | undefined,
  error: AwsError,
  requestId: string,
): WireAnswer {
  const { row, code, queryCode } = error;
  const message = service?.query?.messages?.[code] ?? error.message;
  const xmlNamespace = service?.query?.xmlNamespace;
  const namespaceAttribute = xmlNamespace === undefined ? '' : ` xmlns="${xmlNamespace}"`;
  const detail = service?.query?.withoutDetail ? '' : '<Detail/>';
  const members = Object.entries(error.members)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('');
  const fault = row.fault === 'client' ? 'Sender' : 'Receiver';
  return {
    status: row.status,
    contentType: XML_TYPE,
    headers: [],
    body:
      `${XML_DECLARATION}<ErrorResponse${namespaceAttribute}><Error><Type>${fault}</Type>` +
      `<Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message>${members}` +
      `${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}
