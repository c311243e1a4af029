"""Receives one message after the other until a long poll comes back empty: consumer.py URL.

Prints each body before it deletes the message. The first message it keeps until it is told to go
on by a line on its standard input, so that whoever runs several copies sees them share the work.
"""
import json
import sys

import boto3

sqs = boto3.client('sqs')
url = sys.argv[1]
is_first = True
while True:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=10)
    messages = answer.get('Messages', [])
    if not messages:
        break
    for message in messages:
        print(json.dumps(message['Body']), flush=True)
        if is_first:
            sys.stdin.readline()
            is_first = False
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
