"""Publishes a sale with a text for every protocol, and prints the answer: sale_publisher.py ARN."""
import json
import sys

import boto3

sns = boto3.client('sns')
sale = {'product': 'Latte', 'size': 'large', 'price': 4.5}
answer = sns.publish(
    TargetArn=sys.argv[1],
    Message=json.dumps({'default': json.dumps(sale), 'email': 'A latte was sold.'}),
    MessageStructure='json',
)
status = answer['ResponseMetadata']['HTTPStatusCode']
print(json.dumps({'MessageId': answer['MessageId'], 'status': status}))
