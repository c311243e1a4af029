"""Subscribes a queue to a topic with boto3's resources, and prints the ARN: TOPIC_ARN QUEUE_ARN."""
import json
import sys

import boto3

topic = boto3.resource('sns').Topic(sys.argv[1])
print(json.dumps(topic.subscribe(Protocol='sqs', Endpoint=sys.argv[2]).arn))
