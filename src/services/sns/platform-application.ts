/**
 * A platform application as it is stored, and how requests find it.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html
 */
import type { Context } from '../../core/context.ts';
import type { Document } from '../../storage/port.ts';
import { fail } from './errors.ts';
import { type ApplicationAddress, applicationArn, readApplicationArn } from './platform-arn.ts';

export interface PlatformApplication extends ApplicationAddress {
  /** Unique for each creation: the endpoints of a predecessor under the name are not its own. */
  readonly applicationId: string;
  readonly createdAtMs: number;
  /** Settable attributes under AWS's names, as far as they were set, without the credentials. */
  readonly attributes: { readonly [name: string]: string };
  readonly credentials: Credentials;
}

/** What is known of an application's credentials. They themselves are not kept. */
export interface Credentials {
  /** A hex SHA-256 of principal and credential, to tell whether others are given. */
  readonly digest: string;
  /** What AuthenticationMethod answers, for platforms that have a choice. */
  readonly method?: string;
  /** What AppleCertificateExpiryDate answers. */
  readonly expiryDate?: string;
}

/** All applications' documents begin so. */
export const APPLICATION_PREFIX = 'sns/application/';

/** Documents of one account and region share this prefix. */
export const applicationPrefix = (accountId: string, region: string): string =>
  `${APPLICATION_PREFIX}${accountId}/${region}/`;

export const applicationKey = (address: ApplicationAddress): string =>
  `${applicationPrefix(address.accountId, address.region)}${address.platform}/${address.name}`;

export async function findApplication(
  address: ApplicationAddress,
  context: Context,
): Promise<Document<PlatformApplication> | undefined> {
  return context.tx.documents.get<PlatformApplication>(applicationKey(address));
}

/** The application behind an ARN. Throws InvalidParameter or NotFound. */
export async function loadApplication(
  arn: string,
  context: Context,
): Promise<Document<PlatformApplication>> {
  const document = await findApplication(readApplicationArn(arn, context), context);
  if (document === undefined) {
    throw fail('NotFoundException', 'PlatformApplication does not exist');
  }
  return document;
}

/** Whether messages go to its endpoints. */
export const isApplicationEnabled = ({ attributes }: PlatformApplication): boolean =>
  attributes.Enabled !== 'false';

/** Adds to one of an application's CloudWatch counters once the transaction is durable. */
export function countForApplication(
  context: Context,
  application: ApplicationAddress,
  name: string,
  value: number,
): void {
  const { accountId, region } = application;
  const [, resource = ''] = applicationArn(application).split(`:${accountId}:`);
  context.count({ service: 'sns', name, resource, accountId, region, value });
}
