"""Sends a sale as JSON with its author as an attribute, and prints the answer: producer.py URL."""
import json
import sys

import boto3

sqs = boto3.client('sqs')
sale = {'product': 'Latte', 'size': 'large', 'price': 4.5}
answer = sqs.send_message(
    QueueUrl=sys.argv[1],
    MessageBody=json.dumps(sale),
    MessageAttributes={'Author': {'StringValue': 'Zoë', 'DataType': 'String'}},
)
print(json.dumps({'MessageId': answer['MessageId'], 'MD5OfMessageBody': answer['MD5OfMessageBody']}))
