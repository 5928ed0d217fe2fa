"""S3 and Step Functions: real boto3 against `local up`, which the runner starts; its outputs come by OUTPUTS."""

from __future__ import annotations

import base64
import io
import json
import os
import time
import uuid
import zlib

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sparse_to_s3
from sparse_to_s3 import PART_BYTES, BundleError, main, write_bundle

from support import counts, files_of, raw_csr, refusal

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


def requests_of(monkeypatch) -> list[str]:
    """The calls of S3 from now on, each with the file that it is about."""
    call = sparse_to_s3._Bucket._call
    seen = []

    def watched(self, method, file, **parameters):
        seen.append(f"{method} {file}")
        return call(self, method, file, **parameters)

    monkeypatch.setattr(sparse_to_s3._Bucket, "_call", watched)
    return seen


def assert_whole(s3, bucket, prefix, meta):
    """Nothing but the files of the bundle is there, and each has the length and CRC-32 that `meta.json` gives."""
    assert json.loads(body(s3, bucket, f"{prefix}meta.json")) == meta
    assert keys(s3, bucket, prefix) == sorted(["meta.json", *(stored["file"] for stored in files_of(meta))])
    for stored in files_of(meta):
        content = body(s3, bucket, prefix + stored["file"])
        assert (len(content), f"{zlib.crc32(content):08x}") == (stored["bytes"], stored["crc32"])
        assert f"-{stored['crc32']}." in stored["file"]
    assert uploads(s3, bucket, prefix) == []


def test_sends_large_arrays_in_parts_and_meta_last(s3, bucket, prefix):
    matrix = large()
    meta = write_bundle(matrix, f"s3://{bucket}/{prefix}", columns=["n"] * 1000, index=["r"] * 100)
    assert_whole(s3, bucket, prefix, meta)
    for name in ("indptr", "indices", "data"):
        written = np.load(io.BytesIO(body(s3, bucket, prefix + meta["arrays"][name]["file"])))
        np.testing.assert_array_equal(written, getattr(matrix, name))
    assert json.loads(body(s3, bucket, prefix + meta["columnNames"]["file"])) == ["n"] * 1000
    assert json.loads(body(s3, bucket, prefix + meta["rowNames"]["file"])) == ["r"] * 100
    parts, times = [], []
    for stored in files_of(meta):
        head = s3.head_object(Bucket=bucket, Key=prefix + stored["file"], ChecksumMode="ENABLED")
        assert base64.b64decode(head["ChecksumCRC32"]).hex() == stored["crc32"]
        parts.append(head["ETag"].strip('"').partition("-")[2])
        times.append(head["LastModified"])
    assert parts == ["", "3", "5", "", ""]
    assert max(times) <= s3.head_object(Bucket=bucket, Key=f"{prefix}meta.json")["LastModified"]


@pytest.mark.parametrize("is_spooled", [True, False])
def test_sends_frames_that_are_made_once_or_twice(s3, bucket, prefix, monkeypatch, is_spooled):
    monkeypatch.setattr(sparse_to_s3._Spool, "has_room", lambda _size: is_spooled)
    frame = pd.DataFrame.sparse.from_spmatrix(counts()).assign(dense=0.5)
    seen, made = [], []
    band = sparse_to_s3._FrameColumns.band
    monkeypatch.setattr(sparse_to_s3._FrameColumns, "band", lambda *args: made.append(1) or band(*args))
    uri = f"s3://{bucket}/{prefix}"
    meta = write_bundle(frame, uri, progress=lambda done, total: seen.append((done, total)))
    assert len(made) == (1 if is_spooled else 2)
    assert_whole(s3, bucket, prefix, meta)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (seen[0][1],) * 2


def test_sends_nothing_of_a_broken_matrix(s3, bucket, prefix):
    matrix = large()
    matrix.indices[-1] = 5000  # the last that is read
    assert "column index 5000" in refusal(matrix, f"s3://{bucket}/{prefix}")
    assert uploads(s3, bucket, prefix) == []
    assert keys(s3, bucket, prefix) == []


@pytest.mark.parametrize(("method", "number"), [("upload_part", 3), ("complete_multipart_upload", None)])
def test_aborts_uploads_when_s3_refuses(s3, bucket, prefix, monkeypatch, method, number):
    from botocore.exceptions import ClientError

    call = sparse_to_s3._Bucket._call
    seen = []

    def failing(self, called, file, **parameters):
        seen.append(called)
        if called == method and number == parameters.get("PartNumber"):
            assert len(uploads(s3, bucket, prefix)) > 0
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "please"}}, called)
        return call(self, called, file, **parameters)

    monkeypatch.setattr(sparse_to_s3._Bucket, "_call", failing)
    message = refusal(large(), f"s3://{bucket}/{prefix}")
    assert message.startswith(f"writing to s3://{bucket}/{prefix} failed: ")
    assert "SlowDown" in message
    assert method in seen
    assert uploads(s3, bucket, prefix) == []
    assert "meta.json" not in keys(s3, bucket, prefix)


def test_goes_on_after_an_interruption_without_sending_again_what_is_there(s3, bucket, prefix, monkeypatch):
    def stop(done, total):
        if done > total - PART_BYTES:
            raise KeyboardInterrupt

    matrix, uri = large(), f"s3://{bucket}/{prefix}"
    with pytest.raises(KeyboardInterrupt):
        write_bundle(matrix, uri, progress=stop)
    assert uploads(s3, bucket, prefix) == []
    left = keys(s3, bucket, prefix)
    assert [file.partition("-")[0] for file in left] == ["indices", "indptr"]
    seen = requests_of(monkeypatch)
    told = []
    meta = write_bundle(matrix, uri, progress=lambda done, total: told.append((done, total)))
    assert_whole(s3, bucket, prefix, meta)
    assert told[-1][0] == told[-1][1]
    sent = [each for each in seen if each.startswith(("put_object", "create_multipart_upload"))]
    assert sent == [f"create_multipart_upload {meta['arrays']['data']['file']}", "put_object meta.json"]


def test_sends_again_what_is_there_with_other_bytes(s3, bucket, prefix):
    uri = f"s3://{bucket}/{prefix}"
    meta = write_bundle(counts(), uri)
    s3.delete_object(Bucket=bucket, Key=f"{prefix}meta.json")
    stored = meta["arrays"]["data"]
    s3.put_object(Bucket=bucket, Key=prefix + stored["file"], Body=b"x" * stored["bytes"])
    write_bundle(counts(), uri)
    assert_whole(s3, bucket, prefix, meta)


def test_lets_s3_refuse_a_matrix_that_changes_while_it_is_written(s3, bucket, prefix):
    matrix = large()

    def change(done, total):
        if done > total // 2:
            matrix.data[-1] = 7

    message = refusal(matrix, f"s3://{bucket}/{prefix}", progress=change)
    assert "BadDigest" in message or "CRC32" in message
    assert "meta.json" not in keys(s3, bucket, prefix)
    assert uploads(s3, bucket, prefix) == []


def test_finds_that_s3_holds_something_else(s3, bucket, prefix, monkeypatch):
    monkeypatch.setattr(sparse_to_s3._Bucket, "_is_same", lambda *_: False)
    assert "holds another indptr-" in refusal(counts(), f"s3://{bucket}/{prefix}")
    assert "meta.json" not in keys(s3, bucket, prefix)


def test_parts_grow_to_stay_below_ten_thousand(monkeypatch, s3, bucket, prefix):
    monkeypatch.setattr(sparse_to_s3, "MAX_PARTS", 2)
    meta = write_bundle(large(), f"s3://{bucket}/{prefix}")
    head = s3.head_object(Bucket=bucket, Key=prefix + meta["arrays"]["data"]["file"])
    assert head["ETag"].endswith('-2"')


def test_replaces_a_bundle_only_if_allowed(s3, bucket, prefix, monkeypatch):
    uri = f"s3://{bucket}/{prefix.rstrip('/')}"
    first = write_bundle(counts(), uri)
    assert "holds a bundle already" in refusal(counts(seed=2), uri)
    with monkeypatch.context() as blind:
        blind.setattr(sparse_to_s3._Bucket, "_head", lambda *_: None)  # as for who may not look
        assert "PreconditionFailed" in refusal(counts(seed=2), uri)
        assert json.loads(body(s3, bucket, f"{prefix}meta.json")) == first
    second = write_bundle(counts(seed=2), uri, overwrite=True)
    assert second["arrays"]["indices"] != first["arrays"]["indices"]
    assert_whole(s3, bucket, prefix, second)


def test_a_bundle_stays_whole_until_the_new_one_is(s3, bucket, prefix, monkeypatch):
    first = write_bundle(counts(), f"s3://{bucket}/{prefix}")
    put = sparse_to_s3._Bucket.put

    def failing(self, stored, body):
        if stored.file.startswith("data-"):
            raise BundleError("stopped")
        return put(self, stored, body)

    monkeypatch.setattr(sparse_to_s3._Bucket, "put", failing)
    assert refusal(counts(seed=2), f"s3://{bucket}/{prefix}", overwrite=True) == "stopped"
    assert json.loads(body(s3, bucket, f"{prefix}meta.json")) == first
    for stored in files_of(first):
        assert f"{zlib.crc32(body(s3, bucket, prefix + stored['file'])):08x}" == stored["crc32"]


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


def executions_about(text: str) -> list[str]:
    """Status of the executions whose input names a text."""
    import boto3

    states = boto3.client("stepfunctions")
    listed = states.list_executions(stateMachineArn=OUTPUTS["StateMachineArn"])["executions"]
    described = [states.describe_execution(executionArn=each["executionArn"]) for each in listed]
    return [each["status"] for each in described if text in each["input"]]


def test_a_run_that_is_started_is_the_only_one(bucket, prefix, tmp_path, capsys):
    sp.save_npz(tmp_path / "x.npz", counts())
    request = '{"output": {"compression": "gzip"}}'
    start = ["--start", OUTPUTS["StateMachineArn"], "--request", request, "--wait"]
    assert main([str(tmp_path / "x.npz"), f"s3://{bucket}/{prefix}", *start]) == 0
    assert executions_about(prefix) == ["SUCCEEDED"]


def test_a_bundle_without_a_request_starts_a_run(bucket, prefix):
    write_bundle(counts(), f"s3://{bucket}/{prefix}")
    for _ in range(100):
        if executions_about(prefix):
            return
        time.sleep(0.1)
    raise AssertionError("no run was started")


def test_meta_that_comes_in_parts_is_refused_where_a_bundle_is(s3, bucket, prefix, monkeypatch):
    write_bundle(counts(), f"s3://{bucket}/{prefix}", triggers=False)
    first = body(s3, bucket, prefix + "meta.json")
    monkeypatch.setattr(sparse_to_s3._Bucket, "_head", lambda *_: None)
    refusal(counts(7, 5), f"s3://{bucket}/{prefix}", triggers=False)
    assert body(s3, bucket, prefix + "meta.json") == first
    assert uploads(s3, bucket, prefix) == []


def test_tells_in_one_sentence_why_an_execution_failed(bucket, prefix):
    with pytest.raises(BundleError, match=r"failed: SourceNotFoundError: [^{\n]+$"):
        sparse_to_s3._run(OUTPUTS["StateMachineArn"], {"source": f"s3://{bucket}/{prefix}missing.npz"}, True)
