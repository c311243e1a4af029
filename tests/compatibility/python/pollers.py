"""Polls with ten threads until it is killed: pollers.py URL."""
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

sqs = boto3.client('sqs', config=Config(max_pool_connections=10))


def poll(_):
    while True:
        sqs.receive_message(QueueUrl=sys.argv[1], WaitTimeSeconds=20)


with ThreadPoolExecutor(10) as pool:
    list(pool.map(poll, range(10)))
