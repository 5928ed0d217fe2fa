"""What a user of boto3 does with a stack: each scenario is a function; what it saw is printed.

Usage: boto3_client.py <scenario> <JSON of the stack's outputs> <matrix file>
Endpoints, credentials and certificate come from the environment alone.
"""

import io
import json
import os
import sys
import time

import boto3
from botocore.exceptions import ClientError

PATIENCE_SECONDS = 60

s3 = boto3.client("s3")
states = boto3.client("stepfunctions")


def wait_for(look):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(0.05)
    raise TimeoutError(f"not seen within {PATIENCE_SECONDS} s")


def end_of(arn):
    def ended():
        execution = states.describe_execution(executionArn=arn)
        return execution if execution["status"] != "RUNNING" else None

    return wait_for(ended)


def events_of(arn):
    pages = states.get_paginator("get_execution_history").paginate(executionArn=arn, maxResults=5)
    return [event["type"] for page in pages for event in page["events"]]


def map_run_of(arn):
    (run,) = states.list_map_runs(executionArn=arn)["mapRuns"]
    described = states.describe_map_run(mapRunArn=run["mapRunArn"])
    children = states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    return {
        "status": described["status"],
        "items": described["itemCounts"],
        "redrives": described["redriveCount"],
        "children": [child["status"] for child in children],
    }


def start(outputs, request):
    machine = outputs["StateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(request))
    return execution["executionArn"]


def upload(outputs, file):
    """Uploads a matrix and does nothing else: the manifest appears."""
    s3.upload_file(file, outputs["SourceBucketName"], "from-boto3.npz")

    def manifest_key():
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=outputs["OutputBucketName"],
            Prefix="from-boto3/",
            PaginationConfig={"PageSize": 2},
        )
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return next((key for key in keys if key.endswith("/_manifest/manifest.json")), None)

    key = wait_for(manifest_key)
    manifest = json.load(s3.get_object(Bucket=outputs["OutputBucketName"], Key=key)["Body"])
    machine = outputs["StateMachineArn"]
    definition = states.describe_state_machine(stateMachineArn=machine)["definition"]
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    arn = execution["executionArn"]
    ended = end_of(arn)
    return {
        "totals": manifest["totals"],
        "machines": [each["name"] for each in states.list_state_machines()["stateMachines"]],
        "firstState": json.loads(definition)["StartAt"],
        "status": ended["status"],
        "events": events_of(arn),
        "mapRun": map_run_of(arn),
    }


def redrive(outputs, file):
    """A foreign object lets Finalize fail; without it a redrive succeeds."""
    bucket = outputs["OutputBucketName"]
    s3.upload_file(file, outputs["SourceBucketName"], "blocked")
    foreign = {"Bucket": bucket, "Key": "blocked/data/foreign.csv"}
    s3.put_object(**foreign, Body=b"not ours")
    arn = start(outputs, {
        "source": f"s3://{outputs['SourceBucketName']}/blocked",
        "output": {"uri": f"s3://{bucket}/blocked/"},
    })
    failed = end_of(arn)
    s3.delete_object(**foreign)
    states.redrive_execution(executionArn=arn)
    ended = end_of(arn)
    return {
        "failed": {key: failed[key] for key in ("status", "error", "redriveStatus")},
        "ended": {key: ended[key] for key in ("status", "redriveCount")},
        "events": events_of(arn),
    }


def stop(outputs, file):
    """An execution is stopped while it writes; a redrive writes the rest."""
    s3.upload_file(file, outputs["SourceBucketName"], "stopped")
    arn = start(outputs, {
        "source": f"s3://{outputs['SourceBucketName']}/stopped",
        "chunking": {"rows": 50},
        "limits": {"concurrency": 1},
    })
    wait_for(lambda: states.list_map_runs(executionArn=arn)["mapRuns"])
    states.stop_execution(executionArn=arn, error="Manual", cause="changed my mind")
    stopped = end_of(arn)
    states.redrive_execution(executionArn=arn)
    ended = end_of(arn)
    return {
        "stopped": {key: stopped[key] for key in ("status", "error", "cause")},
        "ended": {key: ended[key] for key in ("status", "redriveCount")},
        "mapRun": map_run_of(arn),
    }


def transfer(outputs, _file):
    """boto3 sends a large file in parts, several at once, with checksums of its own choice."""
    body = os.urandom(20 * 1024 * 1024)
    place = (outputs["SourceBucketName"], "large.bin")
    s3.upload_fileobj(io.BytesIO(body), *place)
    received = io.BytesIO()
    s3.download_fileobj(*place, received)
    head = s3.head_object(Bucket=place[0], Key=place[1])
    parts = int(head["ETag"].strip('"').split("-")[1])
    return {"isEqual": received.getvalue() == body, "parts": parts}


def code_of(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def refused(outputs, _file):
    """Calls that AWS refuses, by the code that it refuses them with."""
    bucket, machine = outputs["SourceBucketName"], outputs["StateMachineArn"]
    key_id = os.environ["AWS_ACCESS_KEY_ID"]
    forger = boto3.client("s3", aws_access_key_id=key_id, aws_secret_access_key="wrong")
    calls = {
        "NoSuchKey": lambda: s3.get_object(Bucket=bucket, Key="missing"),
        "StateMachineDoesNotExist": lambda: start({"StateMachineArn": f"{machine}x"}, {}),
        "SignatureDoesNotMatch": lambda: forger.list_objects_v2(Bucket=bucket),
    }
    return {expected: code_of(call) for expected, call in calls.items()}


SCENARIOS = {each.__name__: each for each in (upload, redrive, stop, transfer, refused)}

if __name__ == "__main__":
    _, name, stack_outputs, matrix = sys.argv
    print(json.dumps(SCENARIOS[name](json.loads(stack_outputs), matrix)))
