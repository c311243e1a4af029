"""boto3's resources against a server: prints what each step saw, one JSON line per step."""
import json

import boto3

sqs = boto3.resource('sqs')


def say(step, value):
    print(json.dumps({'step': step, 'value': value}), flush=True)


queue = sqs.create_queue(QueueName='jobs', Attributes={'VisibilityTimeout': '60'})
say('create_queue', [queue.url, queue.attributes['QueueArn'], queue.attributes['VisibilityTimeout']])
say('get_queue_by_name', sqs.get_queue_by_name(QueueName='jobs').url)
say('queues', [found.url for found in sqs.queues.filter(QueueNamePrefix='jo')])

sent = queue.send_message(
    MessageBody='first', MessageAttributes={'n': {'DataType': 'Number', 'StringValue': '1'}}
)
batch = queue.send_messages(
    Entries=[{'Id': str(number), 'MessageBody': f'job {number}'} for number in range(9)]
)
say('send_messages', [len(batch['Successful']), batch.get('Failed', [])])

messages = queue.receive_messages(
    MaxNumberOfMessages=10,
    WaitTimeSeconds=5,
    MessageAttributeNames=['All'],
    AttributeNames=['ApproximateReceiveCount'],
)
say('receive_messages', sorted(message.body for message in messages))
first = next(message for message in messages if message.body == 'first')
say(
    'message',
    {
        'id': first.message_id == sent['MessageId'],
        'attributes': first.message_attributes,
        'system': first.attributes,
        'queue': first.queue_url,
    },
)
first.change_visibility(VisibilityTimeout=0)
again = queue.receive_messages(AttributeNames=['ApproximateReceiveCount'])[0]
say('change_visibility', [again.body, again.attributes['ApproximateReceiveCount']])
again.delete()
rest = [message for message in messages if message.body != 'first']
deleted = queue.delete_messages(
    Entries=[
        {'Id': str(number), 'ReceiptHandle': message.receipt_handle}
        for number, message in enumerate(rest)
    ]
)
say('delete_messages', [len(deleted['Successful']), deleted.get('Failed', [])])
queue.reload()
say(
    'reload',
    [
        queue.attributes['ApproximateNumberOfMessages'],
        queue.attributes['ApproximateNumberOfMessagesNotVisible'],
    ],
)

dead = sqs.create_queue(QueueName='jobs-dead')
policy = {'deadLetterTargetArn': dead.attributes['QueueArn'], 'maxReceiveCount': 3}
queue.set_attributes(Attributes={'RedrivePolicy': json.dumps(policy)})
say('dead_letter_source_queues', [source.url for source in dead.dead_letter_source_queues.all()])

queue.delete()
try:
    sqs.get_queue_by_name(QueueName='jobs')
except sqs.meta.client.exceptions.QueueDoesNotExist as error:
    say('delete', error.response['Error']['Code'])
