"""boto3's client against a server: prints what each step saw, one JSON line per step."""
import hashlib
import json

import boto3
from botocore.exceptions import ClientError

sqs = boto3.client('sqs')


def say(step, value):
    print(json.dumps({'step': step, 'value': value}, default=lambda data: data.decode()), flush=True)


def members(answer):
    return {name: value for name, value in answer.items() if name != 'ResponseMetadata'}


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return {
            'class': type(error).__name__,
            'caught': isinstance(error, sqs.exceptions.ClientError),
            'error': error.response['Error'],
            'status': error.response['ResponseMetadata']['HTTPStatusCode'],
            'hasRequestId': len(error.response['ResponseMetadata']['RequestId']) == 36,
            'retries': error.response['ResponseMetadata']['RetryAttempts'],
            'operation': error.operation_name,
            'text': str(error),
        }
    return None


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


# Queues
created = sqs.create_queue(QueueName='orders', Attributes={'VisibilityTimeout': '60'}, tags={'a': '1'})
url = created['QueueUrl']
say('create_queue', {'url': url, 'status': created['ResponseMetadata']['HTTPStatusCode']})
say('get_queue_url', members(sqs.get_queue_url(QueueName='orders')))
say('list_queue_tags', members(sqs.list_queue_tags(QueueUrl=url)))
sqs.tag_queue(QueueUrl=url, Tags={'b': '2'})
sqs.untag_queue(QueueUrl=url, TagKeys=['a'])
say('tag_queue and untag_queue', members(sqs.list_queue_tags(QueueUrl=url)))
sqs.set_queue_attributes(QueueUrl=url, Attributes={'DelaySeconds': '0', 'VisibilityTimeout': '30'})
attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']
say('get_queue_attributes', attributes)
say('no attributes', members(sqs.get_queue_attributes(QueueUrl=url)))
for number in range(5):
    sqs.create_queue(QueueName=f'paged-{number}')
pages = sqs.get_paginator('list_queues').paginate(
    QueueNamePrefix='paged-', PaginationConfig={'PageSize': 2}
)
say('list_queues', [[entry.rsplit('/', 1)[1] for entry in page['QueueUrls']] for page in pages])
say('no queues', members(sqs.list_queues(QueueNamePrefix='nothing')))

# Messages
body = 'caffè ☕ \U0001F468\u200d\U0001F469 \r\n\t\r'
message_attributes = {
    'Author': {'DataType': 'String', 'StringValue': 'Zoë \U0001F600\r'},
    'Price': {'DataType': 'Number.eur', 'StringValue': '2.50'},
    'Picture': {'DataType': 'Binary.png', 'BinaryValue': bytes(range(128))},
}
sent = sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=message_attributes)
say('send_message', {'names': sorted(members(sent)), 'md5': sent['MD5OfMessageBody'] == md5(body)})
received = sqs.receive_message(
    QueueUrl=url,
    WaitTimeSeconds=5,
    MessageAttributeNames=['All'],
    MessageSystemAttributeNames=['All'],
)['Messages'][0]
say(
    'receive_message',
    {
        'body': received['Body'] == body,
        'md5': received['MD5OfBody'] == md5(body),
        'id': received['MessageId'] == sent['MessageId'],
        'attributes': received['MessageAttributes'] == message_attributes,
        'attributesMd5': received['MD5OfMessageAttributes'] == sent['MD5OfMessageAttributes'],
        'system': sorted(received['Attributes']),
        'receives': received['Attributes']['ApproximateReceiveCount'],
    },
)
handle = received['ReceiptHandle']
sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
again = sqs.receive_message(QueueUrl=url, AttributeNames=['ApproximateReceiveCount'])['Messages'][0]
say('change_message_visibility', again['Attributes'])
say('delete_message', members(sqs.delete_message(QueueUrl=url, ReceiptHandle=again['ReceiptHandle'])))
say('receive_message of nothing', members(sqs.receive_message(QueueUrl=url)))

# Batches
batch = sqs.send_message_batch(
    QueueUrl=url,
    Entries=[
        {'Id': 'good', 'MessageBody': 'one'},
        {'Id': 'late', 'MessageBody': 'two', 'DelaySeconds': 901},
    ],
)
say(
    'send_message_batch',
    {
        'good': [entry['Id'] for entry in batch['Successful']],
        'failed': [{**entry, 'Message': ''} for entry in batch['Failed']],
    },
)
handle = sqs.receive_message(QueueUrl=url)['Messages'][0]['ReceiptHandle']
entries = [{'Id': 'good', 'ReceiptHandle': handle}, {'Id': 'bad', 'ReceiptHandle': 'nonsense'}]
for name, call, more in [
    ('change_message_visibility_batch', sqs.change_message_visibility_batch, {'VisibilityTimeout': 9}),
    ('delete_message_batch', sqs.delete_message_batch, {}),
]:
    answer = call(QueueUrl=url, Entries=[{**entry, **more} for entry in entries])
    say(
        name,
        {
            'good': [entry['Id'] for entry in answer['Successful']],
            'failed': [{**entry, 'Message': ''} for entry in answer['Failed']],
        },
    )

# Permissions, purging
sqs.add_permission(QueueUrl=url, Label='l', AWSAccountIds=['111122223333'], Actions=['SendMessage'])
policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['Policy'])['Attributes']['Policy']
say('add_permission', json.loads(policy)['Statement'][0]['Principal'])
sqs.remove_permission(QueueUrl=url, Label='l')
say('remove_permission', members(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['Policy'])))
sqs.send_message(QueueUrl=url, MessageBody='purged')
sqs.purge_queue(QueueUrl=url)
say('purge_queue', members(sqs.receive_message(QueueUrl=url)))

# Dead letters
dead = sqs.create_queue(QueueName='dead')['QueueUrl']
dead_arn = 'arn:aws:sqs:us-east-1:000000000000:dead'
redrive = json.dumps({'deadLetterTargetArn': dead_arn, 'maxReceiveCount': 1})
source = sqs.create_queue(
    QueueName='source', Attributes={'RedrivePolicy': redrive, 'VisibilityTimeout': '0'}
)['QueueUrl']
sources = sqs.list_dead_letter_source_queues(QueueUrl=dead)
say('list_dead_letter_source_queues', members(sources))
sent = sqs.send_message_batch(
    QueueUrl=source, Entries=[{'Id': str(number), 'MessageBody': 'x'} for number in range(3)]
)
while 'Messages' in sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10):
    pass
moved = sqs.receive_message(
    QueueUrl=dead,
    VisibilityTimeout=0,
    MaxNumberOfMessages=10,
    MessageSystemAttributeNames=['DeadLetterQueueSourceArn'],
)['Messages']
say(
    'dead letters',
    {
        'ids': sorted(message['MessageId'] for message in moved)
        == sorted(entry['MessageId'] for entry in sent['Successful']),
        'source': moved[0]['Attributes'],
    },
)
task = sqs.start_message_move_task(SourceArn=dead_arn, MaxNumberOfMessagesPerSecond=1)
listed = sqs.list_message_move_tasks(SourceArn=dead_arn)['Results']
say(
    'list_message_move_tasks',
    {
        'handle': listed[0].pop('TaskHandle') == task['TaskHandle'],
        'started': listed[0].pop('StartedTimestamp') > 1_600_000_000_000,
        'results': [{**result, 'ApproximateNumberOfMessagesMoved': 0} for result in listed],
    },
)
cancelled = sqs.cancel_message_move_task(TaskHandle=task['TaskHandle'])
say('cancel_message_move_task', sorted(members(cancelled)))

# Refusals
say('QueueDoesNotExist', refusal(sqs.send_message, QueueUrl='nowhere', MessageBody='x'))
say('QueueNameExists', refusal(sqs.create_queue, QueueName='orders', Attributes={'DelaySeconds': '1'}))
say('PurgeQueueInProgress', refusal(sqs.purge_queue, QueueUrl=url))
say('ReceiptHandleIsInvalid', refusal(sqs.delete_message, QueueUrl=url, ReceiptHandle='nonsense'))
say('EmptyBatchRequest', refusal(sqs.send_message_batch, QueueUrl=url, Entries=[]))
say('ResourceNotFoundException', refusal(sqs.start_message_move_task, SourceArn=f'{dead_arn}-not'))
say('unmodelled', refusal(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11))
try:
    sqs.get_queue_url(QueueName='nowhere')
except sqs.exceptions.QueueDoesNotExist as error:
    say('caught by its class', error.response['Error']['Code'])

sqs.delete_queue(QueueUrl=url)
say('delete_queue', refusal(sqs.get_queue_url, QueueName='orders')['error']['Code'])
say('QueueDeletedRecently', refusal(sqs.create_queue, QueueName='orders'))
