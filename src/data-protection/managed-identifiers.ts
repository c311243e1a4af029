/**
 * AWS's managed data identifiers: those that are found here, and those that are not.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-managed-data-identifiers.html
 */
import { credentials } from './credentials.ts';
import { drivingLicences } from './driving-licences.ts';
import type { DataIdentifier } from './examination.ts';
import { financial } from './financial.ts';
import { identifiersOf } from './format.ts';
import { health } from './health.ts';
import { personal } from './personal.ts';
import { phoneNumbers } from './phone-numbers.ts';

/** By name. One table, because its identifiers share a search for keywords. */
export const managedIdentifiers: ReadonlyMap<string, DataIdentifier> = identifiersOf({
  ...credentials,
  ...financial,
  ...health,
  ...personal,
  ...phoneNumbers,
  ...drivingLicences,
});

/** AWS finds these by machine learning, for which no form is documented. */
export const NOT_FOUND_HERE: readonly string[] = ['Address', 'Name'];
