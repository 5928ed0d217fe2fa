"""S3 and Step Functions: real boto3 against `local up`, which the runner starts; its outputs come by OUTPUTS."""

from __future__ import annotations

import io
import json
import os
import uuid

import numpy as np
import pytest
import scipy.sparse as sp
import sparse_to_s3
from sparse_to_s3 import PART_BYTES, BundleError, main, write_bundle
from support import counts, raw_csr, refusal

OUTPUTS = json.loads(os.environ.get("SPARSE_FANOUT_OUTPUTS", "null"))

pytestmark = pytest.mark.skipif(OUTPUTS is None, reason="no local cloud is up: npm run campaign -- python starts one")


@pytest.fixture
def s3():
    import boto3

    return boto3.client("s3")


@pytest.fixture
def bucket():
    return OUTPUTS["SourceBucketName"]


@pytest.fixture
def prefix():
    """A folder of its own for each test."""
    return f"{uuid.uuid4().hex}/"


def keys(s3, bucket, prefix):
    return [item["Key"][len(prefix) :] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def uploads(s3, bucket, prefix):
    return s3.list_multipart_uploads(Bucket=bucket, Prefix=prefix).get("Uploads", [])


def body(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def large(entries=3_200_000) -> sp.csr_matrix:
    """Its indices take three parts, its data five."""
    random = np.random.default_rng(1)
    indices = random.integers(0, 1000, entries, dtype="i4")
    return raw_csr(random.random(entries), indices, np.linspace(0, entries, 101).astype("i8"), (100, 1000))


def test_sends_large_arrays_in_parts_and_meta_last(s3, bucket, prefix):
    matrix = large()
    meta = write_bundle(matrix, f"s3://{bucket}/{prefix}", columns=["n"] * 1000)
    assert json.loads(body(s3, bucket, f"{prefix}meta.json")) == meta
    expected = {"indptr.npy": matrix.indptr, "indices.npy": matrix.indices, "data.npy": matrix.data}
    for name, array in expected.items():
        np.testing.assert_array_equal(np.load(io.BytesIO(body(s3, bucket, prefix + name))), array)
    assert json.loads(body(s3, bucket, f"{prefix}columns.json")) == ["n"] * 1000
    parts = {}
    for name, file in meta["files"].items():
        head = s3.head_object(Bucket=bucket, Key=prefix + name, ChecksumMode="ENABLED")
        assert (head["ETag"], head["ContentLength"]) == (f'"{file["etag"]}"', file["bytes"])
        assert head.get("VersionId") == file.get("versionId")
        assert head["ChecksumCRC32"]
        parts[name] = file["etag"].partition("-")[2]
    assert parts == {"indptr.npy": "", "indices.npy": "3", "data.npy": "5", "columns.json": ""}
    times = {name: s3.head_object(Bucket=bucket, Key=prefix + name)["LastModified"] for name in [*parts, "meta.json"]}
    assert max(times.values()) == times["meta.json"]
    assert uploads(s3, bucket, prefix) == []


def test_aborts_uploads_when_the_matrix_turns_out_to_be_broken(s3, bucket, prefix):
    matrix = large()
    matrix.indices[-1] = 5000  # seen when parts have been sent
    assert "column index 5000" in refusal(matrix, f"s3://{bucket}/{prefix}")
    assert uploads(s3, bucket, prefix) == []
    assert keys(s3, bucket, prefix) == []


@pytest.mark.parametrize(("method", "number"), [("upload_part", 3), ("complete_multipart_upload", None)])
def test_aborts_uploads_when_s3_refuses(s3, bucket, prefix, monkeypatch, method, number):
    from botocore.exceptions import ClientError

    call = sparse_to_s3._Bucket._call
    seen = []

    def failing(self, called, key, **parameters):
        seen.append(called)
        if called == method and number == parameters.get("PartNumber"):
            assert len(uploads(s3, bucket, prefix)) > 0
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "please"}}, called)
        return call(self, called, key, **parameters)

    monkeypatch.setattr(sparse_to_s3._Bucket, "_call", failing)
    message = refusal(large(), f"s3://{bucket}/{prefix}")
    assert message.startswith(f"writing to s3://{bucket}/{prefix} failed: ")
    assert "SlowDown" in message
    assert method in seen
    assert uploads(s3, bucket, prefix) == []
    assert "meta.json" not in keys(s3, bucket, prefix)


def test_aborts_uploads_when_it_is_interrupted(s3, bucket, prefix):
    def stop(done, _total):
        if done > 3 * PART_BYTES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bundle(large(), f"s3://{bucket}/{prefix}", progress=stop)
    assert uploads(s3, bucket, prefix) == []
    assert keys(s3, bucket, prefix) == []


def test_parts_grow_to_stay_below_ten_thousand(monkeypatch, s3, bucket, prefix):
    monkeypatch.setattr(sparse_to_s3, "MAX_PARTS", 2)
    meta = write_bundle(large(), f"s3://{bucket}/{prefix}")
    assert meta["files"]["data.npy"]["etag"].endswith("-2")


def test_replaces_a_bundle_only_if_allowed(s3, bucket, prefix, monkeypatch):
    uri = f"s3://{bucket}/{prefix.rstrip('/')}"
    first = write_bundle(counts(), uri)
    assert "holds a bundle already" in refusal(counts(seed=2), uri)
    monkeypatch.setattr(sparse_to_s3._Bucket, "_is_there", lambda *_: False)  # as for who may not look
    assert "PreconditionFailed" in refusal(counts(seed=2), uri)
    assert json.loads(body(s3, bucket, f"{prefix}meta.json")) == first
    second = write_bundle(counts(seed=2), uri, overwrite=True)
    assert json.loads(body(s3, bucket, f"{prefix}meta.json")) == second


def test_a_bundle_half_replaced_is_none(s3, bucket, prefix, monkeypatch):
    write_bundle(counts(), f"s3://{bucket}/{prefix}")
    put = sparse_to_s3._Bucket.put

    def failing(self, key, body):
        if key.endswith("data.npy"):
            raise BundleError("stopped")
        return put(self, key, body)

    monkeypatch.setattr(sparse_to_s3._Bucket, "put", failing)
    assert refusal(counts(seed=2), f"s3://{bucket}/{prefix}", overwrite=True) == "stopped"
    assert keys(s3, bucket, prefix) == sorted(sparse_to_s3.ARRAYS)


@pytest.mark.parametrize("uri", ["s3://", "s3://bucket", "s3://bucket/", "s3:///prefix/"])
def test_refuses_what_names_no_folder_in_a_bucket(uri):
    assert "names no folder in a bucket" in refusal(counts(), uri)


def test_fails_in_one_sentence_where_there_is_no_bucket(prefix, tmp_path, capsys):
    sp.save_npz(tmp_path / "x.npz", counts())
    assert main([str(tmp_path / "x.npz"), f"s3://no-such-bucket-here/{prefix}"]) == 1
    error = capsys.readouterr().err
    assert "NoSuchBucket" in error
    assert error.count("\n") == 1


def test_starts_an_execution_on_the_bundle_and_waits_for_its_manifest(s3, bucket, prefix, tmp_path, capsys):
    sp.save_npz(tmp_path / "x.npz", counts())
    uri = f"s3://{bucket}/{prefix}"
    request = json.dumps({"chunking": {"rows": 90}})
    upload = [str(tmp_path / "x.npz"), uri, "--overwrite", "--start", OUTPUTS["StateMachineArn"], "--request", request]
    assert main(upload) == 0
    assert capsys.readouterr().out.startswith("arn:aws:states:")
    assert main([*upload, "--wait"]) == 0
    place, _, key = capsys.readouterr().out.strip()[len("s3://") :].partition("/")
    entries = json.loads(body(s3, place, key))["entries"]
    chunks = [body(s3, *entry["url"][len("s3://") :].split("/", 1)) for entry in entries]
    assert [chunk.count(b"\n") for chunk in chunks] == [90, 90, 20]
    written = np.loadtxt(io.BytesIO(b"".join(chunks)), delimiter=",")
    np.testing.assert_array_equal(written, counts().toarray())


def test_tells_in_one_sentence_why_an_execution_failed(bucket, prefix):
    with pytest.raises(BundleError, match=r"failed: SourceNotFoundError: [^{\n]+$"):
        sparse_to_s3._run(OUTPUTS["StateMachineArn"], {"source": f"s3://{bucket}/{prefix}missing.npz"}, True)
