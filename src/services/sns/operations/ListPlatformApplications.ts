/** https://docs.aws.amazon.com/sns/latest/api/API_ListPlatformApplications.html */
import { operation } from '../../../core/operation.ts';
import { list, string, structure } from '../../../schema/shapes.ts';
import { pageOf } from '../page.ts';
import { applicationPrefix, type PlatformApplication } from '../platform-application.ts';
import { describeApplication } from '../platform-application-attributes.ts';
import { applicationArn } from '../platform-arn.ts';
import { attributeMap } from '../shapes.ts';

export const ListPlatformApplications = operation({
  name: 'ListPlatformApplications',
  input: structure({ NextToken: string() }),
  output: structure({
    PlatformApplications: list(
      structure({ PlatformApplicationArn: string(), Attributes: attributeMap }),
    ),
    NextToken: string(),
  }),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'InvalidParameterException'],
  ownerOnly: true,
  handler: async (input, context) => {
    const { accountId, region } = context.caller;
    const folder = applicationPrefix(accountId, region);
    const { documents, ...page } = await pageOf<PlatformApplication>(
      context,
      folder,
      input.NextToken,
    );
    const PlatformApplications = documents.map(({ value }) => ({
      PlatformApplicationArn: applicationArn(value),
      Attributes: { ...describeApplication(value) },
    }));
    return { PlatformApplications, ...page };
  },
});
