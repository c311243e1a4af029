"""boto3's SNS client against a server: prints what each step saw, one JSON line per step."""
import json
import os
import re
import urllib.parse
import urllib.request

import boto3
from botocore.exceptions import ClientError

sns = boto3.client('sns')
sqs = boto3.client('sqs')


def say(step, value):
    print(json.dumps({'step': step, 'value': value}), flush=True)


def members(answer):
    return {name: value for name, value in answer.items() if name != 'ResponseMetadata'}


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return {
            'class': type(error).__name__,
            'code': error.response['Error']['Code'],
            'type': error.response['Error']['Type'],
            'message': error.response['Error']['Message'],
            'status': error.response['ResponseMetadata']['HTTPStatusCode'],
            'hasRequestId': len(error.response['ResponseMetadata']['RequestId']) == 36,
            'retries': error.response['ResponseMetadata']['RetryAttempts'],
            'text': str(error),
        }
    return None


def post(path, body, headers):
    """Calls what AWS has no call for."""
    url = os.environ['AWS_ENDPOINT_URL'] + path
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    return urllib.request.urlopen(request).read()


def inbox(to):
    """The texts that an address, number or device got, newest first."""
    post('/_waystation/clock', {'advanceMs': 0}, {'content-type': 'application/json'})
    query = urllib.parse.urlencode({'to': to})
    url = f"{os.environ['AWS_ENDPOINT_URL']}/_waystation/inbox?{query}"
    return [item['text'] for item in json.load(urllib.request.urlopen(url))['items']]


def bodies(url):
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get('Messages'):
        for message in messages:
            found.append(message['Body'])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
    return found


# Topics
created = sns.create_topic(
    Name='orders', Attributes={'DisplayName': 'Orders'}, Tags=[{'Key': 'a', 'Value': '1'}]
)
arn = created['TopicArn']
metadata = created['ResponseMetadata']
say(
    'create_topic',
    {
        'arn': arn,
        'status': metadata['HTTPStatusCode'],
        'sameId': metadata['RequestId'] == metadata['HTTPHeaders']['x-amzn-requestid'],
    },
)
sns.set_topic_attributes(TopicArn=arn, AttributeName='DisplayName', AttributeValue='Sales')
say('get_topic_attributes', sns.get_topic_attributes(TopicArn=arn)['Attributes'])
sns.tag_resource(ResourceArn=arn, Tags=[{'Key': 'b', 'Value': '2'}])
sns.untag_resource(ResourceArn=arn, TagKeys=['a'])
say('list_tags_for_resource', members(sns.list_tags_for_resource(ResourceArn=arn)))
say('list_topics', members(sns.list_topics()))
sns.add_permission(
    TopicArn=arn, Label='partners', AWSAccountId=['111122223333'], ActionName=['Publish']
)


def labels():
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)['Attributes']['Policy'])
    return [statement['Sid'] for statement in policy['Statement']]


say('add_permission', labels())
say('remove_permission', [members(sns.remove_permission(TopicArn=arn, Label='partners')), labels()])

# Subscriptions
url = sqs.create_queue(QueueName='orders')['QueueUrl']
queue = boto3.resource('sqs').Queue(url).attributes['QueueArn']
subscription = sns.subscribe(TopicArn=arn, Protocol='sqs', Endpoint=queue)['SubscriptionArn']
say('subscribe', subscription.startswith(arn + ':'))
sns.set_subscription_attributes(
    SubscriptionArn=subscription,
    AttributeName='FilterPolicy',
    AttributeValue=json.dumps({'size': ['large']}),
)
attributes = sns.get_subscription_attributes(SubscriptionArn=subscription)['Attributes']
say('get_subscription_attributes', json.loads(attributes['FilterPolicy']))
say(
    'list_subscriptions',
    [
        [found['SubscriptionArn'] == subscription for found in answer['Subscriptions']]
        for answer in (sns.list_subscriptions(), sns.list_subscriptions_by_topic(TopicArn=arn))
    ],
)
pending = sns.subscribe(TopicArn=arn, Protocol='email', Endpoint='zoe@example.test')
say('subscribe by email', members(pending))
token = re.search('Token=([0-9a-f]+)', inbox('zoe@example.test')[0]).group(1)
confirmed = sns.confirm_subscription(TopicArn=arn, Token=token)['SubscriptionArn']
say('confirm_subscription', confirmed.startswith(arn + ':'))
sns.unsubscribe(SubscriptionArn=confirmed)

# Messages
size = {'DataType': 'String', 'StringValue': 'large'}
published = sns.publish(TopicArn=arn, Message='Latte ☕', MessageAttributes={'size': size})
sns.publish(TopicArn=arn, Message='Espresso')
envelopes = [json.loads(body) for body in bodies(url)]
say(
    'publish',
    [
        (found['Message'], found['MessageId'] == published['MessageId'], found['MessageAttributes'])
        for found in envelopes
    ],
)
batch = sns.publish_batch(
    TopicArn=arn,
    PublishBatchRequestEntries=[
        {'Id': f'e{number}', 'Message': f'sale {number}', 'MessageAttributes': {'size': size}}
        for number in range(3)
    ],
)
say(
    'publish_batch',
    [
        [entry['Id'] for entry in batch['Successful']],
        batch['Failed'],
        sorted(json.loads(body)['Message'] for body in bodies(url)),
    ],
)
picture = {'DataType': 'Binary', 'BinaryValue': bytes([0, 255])}
sns.set_subscription_attributes(
    SubscriptionArn=subscription, AttributeName='RawMessageDelivery', AttributeValue='true'
)
sns.publish(TopicArn=arn, Message='raw', MessageAttributes={'size': size, 'picture': picture})
raw = sqs.receive_message(QueueUrl=url, MessageAttributeNames=['All'])['Messages'][0]
say('raw', [raw['Body'], list(raw['MessageAttributes']['picture']['BinaryValue'])])

# Apps and devices
application = sns.create_platform_application(
    Name='app', Platform='GCM', Attributes={'PlatformCredential': 'key'}
)['PlatformApplicationArn']
sns.set_platform_application_attributes(
    PlatformApplicationArn=application, Attributes={'EventEndpointCreated': arn}
)
found = sns.get_platform_application_attributes(PlatformApplicationArn=application)['Attributes']
say('platform application', [application, found['EventEndpointCreated'] == arn])
say('list_platform_applications', len(sns.list_platform_applications()['PlatformApplications']))
created = sns.create_platform_endpoint(PlatformApplicationArn=application, Token='device')
device = created['EndpointArn']
sns.set_endpoint_attributes(EndpointArn=device, Attributes={'CustomUserData': 'zoe'})
say('get_endpoint_attributes', sns.get_endpoint_attributes(EndpointArn=device)['Attributes'])
listed = sns.list_endpoints_by_platform_application(PlatformApplicationArn=application)
say('list_endpoints_by_platform_application', len(listed['Endpoints']))
sns.publish(TargetArn=device, Message='A latte was sold.')
say('push', ['A latte was sold.' in text for text in inbox(device)])
say('delete_endpoint', members(sns.delete_endpoint(EndpointArn=device)))
say(
    'delete_platform_application',
    members(sns.delete_platform_application(PlatformApplicationArn=application)),
)

# Text messages
phone = '+15550000001'
sns.set_sms_attributes(attributes={'DefaultSMSType': 'Transactional'})
say('get_sms_attributes', members(sns.get_sms_attributes(attributes=['DefaultSMSType'])))
sns.publish(PhoneNumber=phone, Message='A latte was sold.')
say('text message', inbox(phone))
checked = sns.check_if_phone_number_is_opted_out(phoneNumber=phone)
say('check_if_phone_number_is_opted_out', members(checked))
target = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'Waystation.OptOutPhoneNumber',
}
post('/', {'PhoneNumber': phone}, target)
say('list_phone_numbers_opted_out', members(sns.list_phone_numbers_opted_out()))
say('opt_in_phone_number', members(sns.opt_in_phone_number(phoneNumber=phone)))
say('get_sms_sandbox_account_status', members(sns.get_sms_sandbox_account_status()))
say('list_origination_numbers', members(sns.list_origination_numbers()))
sns.create_sms_sandbox_phone_number(PhoneNumber=phone, LanguageCode='en-US')
code = re.search('[0-9]{5,8}', inbox(phone)[0]).group()
wrong = '00000' if code != '00000' else '00001'
verify = sns.verify_sms_sandbox_phone_number
say('VerificationException', refusal(verify, PhoneNumber=phone, OneTimePassword=wrong))
verify(PhoneNumber=phone, OneTimePassword=code)
pages = sns.get_paginator('list_sms_sandbox_phone_numbers').paginate()
say('list_sms_sandbox_phone_numbers', [page['PhoneNumbers'] for page in pages])
say('UserError', refusal(sns.delete_sms_sandbox_phone_number, PhoneNumber=phone))
post('/_waystation/clock', {'advanceSeconds': 86400}, {'content-type': 'application/json'})
deleted = sns.delete_sms_sandbox_phone_number(PhoneNumber=phone)
say('delete_sms_sandbox_phone_number', members(deleted))

# Pages
for number in range(104):
    sns.create_topic(Name=f'paged-{number:03}')
pages = [
    [found['TopicArn'].rsplit(':', 1)[1] for found in page['Topics']]
    for page in sns.get_paginator('list_topics').paginate()
]
say('list_topics in pages', [[len(page) for page in pages], len(set(sum(pages, [])))])
for number in range(101):
    sns.subscribe(TopicArn=arn, Protocol='sqs', Endpoint=f'{queue}-{number}')
for name, arguments in (
    ('list_subscriptions', {}),
    ('list_subscriptions_by_topic', {'TopicArn': arn}),
):
    pages = sns.get_paginator(name).paginate(**arguments)
    say(f'{name} in pages', [len(page['Subscriptions']) for page in pages])

# Refusals
say('NotFound', refusal(sns.publish, TopicArn=arn + '-not', Message='x'))
say('ResourceNotFound', refusal(sns.list_tags_for_resource, ResourceArn=arn + '-not'))
say('InvalidParameter', refusal(sns.create_topic, Name='no spaces'))
say(
    'ParameterValueInvalid',
    refusal(
        sns.publish,
        TopicArn=arn,
        Message='x',
        MessageAttributes={'n': {'DataType': 'Number', 'StringValue': 'x'}},
    ),
)
say('EmptyBatchRequest', refusal(sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=[]))
try:
    sns.get_topic_attributes(TopicArn=arn + '-not')
except sns.exceptions.NotFoundException as error:
    say('caught by its class', error.response['Error']['Code'])

# The end
say('unsubscribe', members(sns.unsubscribe(SubscriptionArn=subscription)))
say('delete_topic', members(sns.delete_topic(TopicArn=arn)))
say('afterwards', refusal(sns.get_topic_attributes, TopicArn=arn)['code'])
