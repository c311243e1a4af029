"""boto3's SNS resources against a server: prints what each step saw, one JSON line per step."""
import json

import boto3

sns = boto3.resource('sns')
sqs = boto3.resource('sqs')


def say(step, value):
    print(json.dumps({'step': step, 'value': value}), flush=True)


topic = sns.create_topic(Name='jobs')
say('create_topic', [topic.arn, topic.attributes['DisplayName']])
topic.set_attributes(AttributeName='DisplayName', AttributeValue='Jobs')
topic.reload()
say('reload', topic.attributes['DisplayName'])
say('topics', [found.arn for found in sns.topics.all()])

queue = sqs.create_queue(QueueName='jobs')
subscription = topic.subscribe(Protocol='sqs', Endpoint=queue.attributes['QueueArn'])
say('subscribe', [subscription.arn.startswith(topic.arn), subscription.attributes['Protocol']])
subscription.set_attributes(AttributeName='RawMessageDelivery', AttributeValue='true')
say('set_attributes', sns.Subscription(subscription.arn).attributes['RawMessageDelivery'])
say('subscriptions', [found.arn == subscription.arn for found in topic.subscriptions.all()])
say('all subscriptions', [found.arn == subscription.arn for found in sns.subscriptions.all()])

answer = topic.publish(Message='first', Subject='A job')
say('publish', len(answer['MessageId']))
say('receive_messages', [message.body for message in queue.receive_messages()])

application = sns.create_platform_application(
    Name='app', Platform='GCM', Attributes={'PlatformCredential': 'key'}
)
device = application.create_platform_endpoint(Token='device', CustomUserData='zoe')
say('platform_applications', [found.arn for found in sns.platform_applications.all()])
say('endpoints', [found.attributes['CustomUserData'] for found in application.endpoints.all()])
say('push', len(device.publish(Message='first')['MessageId']))
device.delete()
application.delete()

topic.add_permission(Label='partners', AWSAccountId=['111122223333'], ActionName=['Publish'])
topic.remove_permission(Label='partners')
subscription.delete()
say('no subscriptions', list(topic.subscriptions.all()))
topic.delete()
say('no topics', list(sns.topics.all()))
