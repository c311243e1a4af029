/** https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html */
import { isDeepStrictEqual } from 'node:util';
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { invalid } from '../errors.ts';
import {
  applicationKey,
  findApplication,
  type PlatformApplication,
} from '../platform-application.ts';
import { withApplicationAttributes } from '../platform-application-attributes.ts';
import { type ApplicationAddress, applicationArn } from '../platform-arn.ts';
import { readPlatform } from '../platforms.ts';
import { attributeMap } from '../shapes.ts';

const NAME = /^[A-Za-z0-9_.-]{1,256}$/;

export const CreatePlatformApplication = operation({
  name: 'CreatePlatformApplication',
  input: structure({
    Name: required(string()),
    Platform: required(string()),
    Attributes: required(attributeMap),
  }),
  output: structure({ PlatformApplicationArn: string() }),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'InvalidParameterException'],
  ownerOnly: true,
  handler: async (input, context) => {
    const { Name: name, Platform: platform } = input;
    // AWS documents what a name is made of; the text is assumed.
    if (!NAME.test(name)) throw invalid(`Name Reason: ${name} is not a valid application name`);
    readPlatform(platform);
    const { accountId, region } = context.caller;
    const address: ApplicationAddress = { accountId, region, platform, name };
    const subject = { platform, attributes: {}, credentials: undefined };
    const asked = withApplicationAttributes(subject, input.Attributes);
    const existing = (await findApplication(address, context))?.value;
    if (existing === undefined) {
      const application: PlatformApplication = {
        ...address,
        applicationId: context.env.uuid(),
        createdAtMs: context.nowMs,
        ...asked,
      };
      await context.tx.documents.put(applicationKey(address), application, { expectedVersion: 0 });
    } else if (!isSame(existing, asked)) {
      // The text is assumed after that for topics.
      throw invalid('Attributes Reason: Application already exists with different attributes');
    }
    return { PlatformApplicationArn: applicationArn(address) };
  },
});

/** Creating an application again is a success as long as nothing asked for differs. */
function isSame(
  existing: PlatformApplication,
  { attributes, credentials }: Pick<PlatformApplication, 'attributes' | 'credentials'>,
): boolean {
  return (
    existing.credentials.digest === credentials.digest &&
    isDeepStrictEqual({ ...existing.attributes, ...attributes }, existing.attributes)
  );
}
