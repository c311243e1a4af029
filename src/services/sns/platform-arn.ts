/**
 * The ARNs of platform applications (`app/<platform>/<name>`) and of their endpoints
 * (`endpoint/<platform>/<name>/<id>`).
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
 */
import { formatArn, parseArn } from '../../core/arn.ts';
import type { Context } from '../../core/context.ts';
import { reaches, readElements } from './arn.ts';
import { invalid } from './errors.ts';

/** What makes an application unique. */
export interface ApplicationAddress {
  readonly accountId: string;
  readonly region: string;
  readonly platform: string;
  readonly name: string;
}

export interface EndpointAddress extends ApplicationAddress {
  readonly endpointId: string;
}

export const applicationArn = ({ accountId, region, platform, name }: ApplicationAddress): string =>
  formatArn({ service: 'sns', region, accountId, resource: `app/${platform}/${name}` });

export const endpointArn = (address: EndpointAddress): string => {
  const { accountId, region, platform, name, endpointId } = address;
  const resource = `endpoint/${platform}/${name}/${endpointId}`;
  return formatArn({ service: 'sns', region, accountId, resource });
};

const ELEMENTS = 6;

/** The words between the slashes of an ARN in a request. Throws InvalidParameter. */
function readWords(parameter: string, arn: string, kind: string, count: number, context: Context) {
  const elements = readElements(parameter, arn);
  const [, , service, region = '', accountId = '', resource = ''] = elements;
  const words = resource.split('/');
  if (service !== 'sns' || elements.length !== ELEMENTS || words[0] !== kind) {
    throw invalid(parameter);
  }
  // Observed.
  if (words.length !== count) {
    throw invalid(`${parameter} Reason: Wrong number of slashes in relative portion of the ARN.`);
  }
  if (words.includes('') || !reaches(context, region)) throw invalid(parameter);
  const [, platform = '', name = '', endpointId = ''] = words;
  return { accountId, region, platform, name, endpointId };
}

/** The address in an application's ARN. Throws InvalidParameter. */
export function readApplicationArn(arn: string, context: Context): ApplicationAddress {
  const { endpointId: _, ...address } = readWords('PlatformApplicationArn', arn, 'app', 3, context);
  return address;
}

/** The address in an endpoint's ARN; `parameter` names the member. Throws InvalidParameter. */
export const readEndpointArn = (
  parameter: string,
  arn: string,
  context: Context,
): EndpointAddress => readWords(parameter, arn, 'endpoint', 4, context);

/** The address in an ARN that need not be one of an endpoint. */
export function endpointAddressOf(text: string): EndpointAddress | undefined {
  const arn = parseArn(text);
  if (arn === undefined || arn.service !== 'sns') return undefined;
  const [kind, platform, name, endpointId, ...more] = arn.resource.split('/');
  if (kind !== 'endpoint' || !platform || !name || !endpointId || more.length > 0) return undefined;
  return { accountId: arn.accountId, region: arn.region, platform, name, endpointId };
}
