/** Platform applications and their endpoints: see `platform-endpoint.ts` for what finds them. */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import { allDocuments } from '../../../core/read-all.ts';
import type { Transaction } from '../../../storage/port.ts';
import {
  APPLICATION_PREFIX,
  applicationKey,
  type PlatformApplication,
} from '../platform-application.ts';
import { applicationArn } from '../platform-arn.ts';
import {
  arnOfEndpoint,
  endpointKey,
  PLATFORM_PREFIX,
  type PlatformEndpoint,
  type TokenOwner,
  tokenKey,
} from '../platform-endpoint.ts';
import { endpointRemovalTimerKey } from '../platform-removal.ts';
import { Findings, Tally, type Wrong } from './tally.ts';

/** By the ARNs of their applications. */
type EndpointFindings = Findings<keyof typeof FAULTS>;

export async function checkPlatforms(tx: Transaction): Promise<Problem[]> {
  const problems: Problem[] = [];
  const byId = new Map<string, PlatformApplication>();
  for await (const { key, value } of allDocuments<PlatformApplication>(tx, APPLICATION_PREFIX)) {
    const isKnown = byId.has(value.applicationId);
    if (isKnown || key !== applicationKey(value)) problems.push(misfiled(value));
    byId.set(value.applicationId, value);
  }
  const homeless = new Tally();
  const findings = new Findings(FAULTS, subject);
  for await (const { key, value } of allDocuments(tx, PLATFORM_PREFIX)) {
    const [applicationId = '', kind] = key.slice(PLATFORM_PREFIX.length).split('/');
    const application = byId.get(applicationId);
    if (application === undefined) {
      // Those of an application that was deleted are removed in the background.
      const timer = await tx.timers.get(endpointRemovalTimerKey(applicationId));
      if (timer === undefined && kind === 'endpoint') homeless.add(applicationId, key);
    } else if (kind === 'endpoint') {
      const endpoint = value as unknown as PlatformEndpoint; // by its key
      await checkEndpoint(tx, application, key, endpoint, findings);
    } else {
      const owner = value as unknown as TokenOwner; // by its key
      await checkToken(tx, application, key, owner, findings);
    }
  }
  return [...problems, ...homeless.map(withoutApplication), ...findings.told()];
}

async function checkEndpoint(
  tx: Transaction,
  application: PlatformApplication,
  key: string,
  { endpointId, attributes }: PlatformEndpoint,
  findings: EndpointFindings,
): Promise<void> {
  const arn = applicationArn(application);
  const endpoint = arnOfEndpoint(application, endpointId);
  if (key !== endpointKey(application, endpointId)) findings.add('misfiled', arn, endpoint);
  const owner = await tx.documents.get<TokenOwner>(tokenKey(application, attributes.Token));
  if (owner?.value.endpointId !== endpointId) findings.add('twice', arn, endpoint);
}

async function checkToken(
  tx: Transaction,
  application: PlatformApplication,
  key: string,
  { endpointId }: TokenOwner,
  findings: EndpointFindings,
): Promise<void> {
  const arn = applicationArn(application);
  const endpoint = arnOfEndpoint(application, endpointId);
  const found = await tx.documents.get<PlatformEndpoint>(endpointKey(application, endpointId));
  if (found === undefined) findings.add('lost', arn, endpoint);
  else if (tokenKey(application, found.value.attributes.Token) !== key) {
    findings.add('misfiled', arn, endpoint);
  }
}

// ---------------------------------------------------------------- what is told

const misfiled = (application: PlatformApplication): Problem => ({
  what:
    `The platform application ${applicationArn(application)} is stored under another's name, ` +
    'or twice.',
  meaning: 'Requests may reach the wrong application.',
  remedy: RESTORE_REMEDY,
});

const withoutApplication = (applicationId: string, { count }: Wrong): Problem => ({
  what: `${count} endpoints belong to a platform application (${applicationId}) that is not there.`,
  meaning: 'No call reaches them: the application is lost.',
  remedy: RESTORE_REMEDY,
});

const FAULTS = {
  misfiled: {
    what: "are stored under another endpoint's name or token.",
    meaning: 'Who registers that token again is given the wrong endpoint, or is refused.',
    remedy: RESTORE_REMEDY,
  },
  twice: {
    what: 'are not found by their tokens.',
    meaning: 'A device that registers again has two endpoints, and may get each message twice.',
    remedy: 'Delete them with DeleteEndpoint, and let the devices register again.',
  },
  lost: {
    what: 'are named by their tokens, and are not there.',
    meaning: 'The endpoints are lost: nothing can be pushed to their devices.',
    remedy: `${RESTORE_REMEDY} Or let the devices register again.`,
  },
};

const subject = (arn: string, { count, example }: Wrong): string =>
  `${count} endpoints of the platform application ${arn}, ${example} among them,`;
