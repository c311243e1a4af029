"""Sends 100 messages and handles them, in batches of 10, with four threads: batch_workers.py URL.

Prints one JSON object: the bodies as each worker got them.
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3

sqs = boto3.client('sqs')
url = sys.argv[1]
for first in range(0, 100, 10):
    sqs.send_message_batch(
        QueueUrl=url,
        Entries=[{'Id': str(n), 'MessageBody': f'sale {n}'} for n in range(first, first + 10)],
    )


def work(_):
    bodies = []
    while True:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get('Messages', [])
        if not messages:
            return bodies
        handles = [
            {'Id': str(place), 'ReceiptHandle': message['ReceiptHandle']}
            for place, message in enumerate(messages)
        ]
        longer = [{**handle, 'VisibilityTimeout': 120} for handle in handles]
        changed = sqs.change_message_visibility_batch(QueueUrl=url, Entries=longer)
        deleted = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
        assert len(changed['Successful']) == len(deleted['Successful']) == len(messages)
        bodies += [message['Body'] for message in messages]


with ThreadPoolExecutor(4) as pool:
    print(json.dumps(list(pool.map(work, range(4)))))
