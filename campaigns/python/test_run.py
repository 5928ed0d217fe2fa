"""From memory to the manifest by one call, against `local up`."""

from __future__ import annotations

import io
import json
import os
import uuid

import fan_out
import numpy as np
import pandas as pd
import pytest
from fan_out import run
from sparse_to_s3 import BundleError

from support import counts, sparse_frame

OUTPUTS = json.loads(os.environ.get("SPARSE_FANOUT_OUTPUTS", "null"))

needs_cloud = pytest.mark.skipif(
    OUTPUTS is None, reason="no local cloud is up: npm run campaign -- python starts one"
)


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setenv("SPARSE_FANOUT_STATE_MACHINE", OUTPUTS["StateMachineArn"])
    return OUTPUTS["StateMachineArn"]


def place() -> str:
    return f"s3://{OUTPUTS['SourceBucketName']}/{uuid.uuid4().hex}/"


def text_of(manifest) -> str:
    return b"".join(chunk.content for chunk in manifest.chunks()).decode()


def executions(machine: str) -> int:
    import boto3

    return len(boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"])


@needs_cloud
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_frame_becomes_the_text_that_pandas_writes_by_one_run(machine):
    values = np.zeros((60, 5))
    values[::7, 1] = 0.1
    values[::11, 4] = -1e300
    frame = sparse_frame(values, 0.0)
    before = executions(machine)
    manifest = run(frame, place(), request={"chunking": {"rows": 16}})
    assert text_of(manifest) == frame.to_csv(index=False, header=False)
    assert [entry["rowStart"] for entry in manifest["entries"]] == [0, 16, 32, 48]
    assert manifest.uri.endswith("/_manifest/manifest.json")
    assert executions(machine) == before + 1


@needs_cloud
def test_a_place_of_its_own_is_found_by_the_machine(machine):
    matrix = counts(40, 6)
    manifest = run(matrix, machine=machine, request={"output": {"compression": "gzip"}})
    assert manifest["source"]["uri"].startswith(f"s3://{OUTPUTS['SourceBucketName']}/python/")
    read = pd.read_csv(io.StringIO(text_of(manifest)), header=None)
    assert (read.to_numpy() == matrix.toarray()).all()
    again = run(manifest["source"]["uri"], machine=machine, request={"output": {"compression": "gzip"}})
    assert again == manifest


@needs_cloud
def test_a_frame_with_a_schema_is_a_table(machine):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"id": range(100), "name": [f"name {i}" for i in range(100)]})
    schema = {"id": "bigint", "name": "varchar"}
    manifest = run(frame, place(), request={"output": {"format": "csv"}}, schema=schema)
    read = pd.read_csv(io.StringIO(text_of(manifest)))
    pd.testing.assert_frame_equal(read, frame)


@needs_cloud
def test_the_cause_of_a_failed_run_is_said(machine):
    with pytest.raises(BundleError, match=r"the execution arn:.+ failed: RequestError: .*rows"):
        run(counts(5, 5), place(), request={"expect": {"rows": 6}})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "no state machine is named; give machine=<StateMachineArn>, or set SPARSE_FANOUT_STATE_MACHINE"),
        ({"machine": "m", "request": {"source": "s3://x/y"}}, "request has a source; give it as data, or leave it out"),
        ({"machine": "m", "request": {"dryRun": True}}, "a dry run has no manifest; "),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_sent(monkeypatch, options, said):
    monkeypatch.delenv("SPARSE_FANOUT_STATE_MACHINE", raising=False)
    monkeypatch.setattr(fan_out, "_aws", None)
    with pytest.raises(BundleError) as caught:
        run(counts(2, 2), **options)
    assert str(caught.value).startswith(said)
