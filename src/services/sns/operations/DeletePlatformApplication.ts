/** https://docs.aws.amazon.com/sns/latest/api/API_DeletePlatformApplication.html */
import { operation } from '../../../core/operation.ts';
import { required, string, structure } from '../../../schema/shapes.ts';
import { findApplication } from '../platform-application.ts';
import { readApplicationArn } from '../platform-arn.ts';
import { deleteApplication } from '../platform-removal.ts';

export const DeletePlatformApplication = operation({
  name: 'DeletePlatformApplication',
  input: structure({ PlatformApplicationArn: required(string()) }),
  output: structure({}),
  errors: ['AuthorizationErrorException', 'InternalErrorException', 'InvalidParameterException'],
  emptyResult: true,
  /** Deleting what is not there is a success. */
  handler: async (input, context) => {
    const address = readApplicationArn(input.PlatformApplicationArn, context);
    const application = await findApplication(address, context);
    if (application !== undefined) await deleteApplication(context, application);
    return {};
  },
});
