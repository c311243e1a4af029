"""Polls with ten threads until it is killed: pollers.py URL.

Each thread takes one message first and prints its body; from then on it is known to poll.
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

sqs = boto3.client('sqs', config=Config(max_pool_connections=10))
url = sys.argv[1]


def poll(_):
    is_first = True
    while True:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get('Messages', []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
            if is_first:
                print(json.dumps(message['Body']), flush=True)
                is_first = False


with ThreadPoolExecutor(10) as pool:
    list(pool.map(poll, range(10)))
