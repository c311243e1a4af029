/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
import { operation } from '../../../core/operation.ts';
import { string, structure } from '../../../schema/shapes.ts';
import { invalid } from '../errors.ts';
import { publishToPhoneNumber } from '../phone-publishing.ts';
import { publishToEndpoint } from '../platform-publishing.ts';
import { acceptMessage, messageBytes, publishAll } from '../publishing.ts';
import { publishMembers } from '../shapes.ts';
import { loadTopic } from '../topic.ts';

export const Publish = operation({
  name: 'Publish',
  input: structure({
    TopicArn: string(),
    TargetArn: string(),
    PhoneNumber: string(),
    ...publishMembers,
  }),
  output: structure({ MessageId: string(), SequenceNumber: string() }),
  errors: [
    'AuthorizationErrorException',
    'EndpointDisabledException',
    'InternalErrorException',
    'InvalidParameterException',
    'InvalidParameterValueException',
    'InvalidSecurityException',
    'KMSAccessDeniedException',
    'KMSDisabledException',
    'KMSInvalidStateException',
    'KMSNotFoundException',
    'KMSOptInRequired',
    'KMSThrottlingException',
    'NotFoundException',
    'PlatformApplicationDisabledException',
    'ValidationException',
  ],
  handler: async (input, context) => {
    const { TopicArn, TargetArn, PhoneNumber } = input;
    const targets = [TopicArn, TargetArn, PhoneNumber].filter((target) => target !== undefined);
    if (targets.length > 1) {
      throw invalid('Only one of TopicArn, TargetArn and PhoneNumber may be specified');
    }
    if (PhoneNumber !== undefined) return publishToPhoneNumber(context, PhoneNumber, input);
    const arn = TopicArn ?? TargetArn;
    if (!arn) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
    if (TargetArn !== undefined && isEndpoint(TargetArn)) {
      return publishToEndpoint(context, TargetArn, input);
    }
    const parameter = TopicArn === undefined ? 'TargetArn' : 'TopicArn';
    const topic = await loadTopic(arn, context, parameter);
    const notification = await acceptMessage(context, topic, input);
    const bytes = messageBytes(input);
    const [published = {}] = await publishAll(context, topic, [{ notification, bytes }]);
    return published;
  },
});

/** `arn:aws:sns:<region>:<account>:endpoint/<platform>/<application>/<id>` */
const isEndpoint = (arn: string): boolean => arn.split(':')[5]?.startsWith('endpoint/') === true;
