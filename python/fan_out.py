"""Runs a deployed sparse-fanout over what is in memory: uploads it, starts a run, waits, gives the manifest.

    from sparse_fanout import run
    manifest = run(X, machine="arn:aws:states:eu-west-1:123456789012:stateMachine:Fanout")
    text = b"".join(chunk.content for chunk in manifest.chunks())

It works against AWS and against ``local up``, whose lines of shell set the variables that boto3 reads.
Needs its neighbours ``sparse_to_s3.py`` and ``read_run.py``, for tables ``table_to_s3.py``, and boto3.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

try:
    from .read_run import Chunk, read_run
    from .sparse_to_s3 import BundleError, _aws, _run, write_bundle
except ImportError:
    from read_run import Chunk, read_run
    from sparse_to_s3 import BundleError, _aws, _run, write_bundle

__all__ = ["Manifest", "run"]

#: ARN of the state machine, as the command line reads it, too.
MACHINE_VARIABLE = "SPARSE_FANOUT_STATE_MACHINE"

#: Tag of the state machine that names the bucket of the sources.
BUCKET_TAG = "sparse-fanout:source-bucket"


class Manifest(dict):
    """What a manifest says, and where it lies."""

    def __init__(self, uri: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        #: Of ``_manifest/manifest.json``.
        self.uri = uri

    def chunks(self) -> Iterator[Chunk]:
        """The chunks in row order, each checked against this manifest; one is held at a time."""
        return read_run(self.uri)


def _machine(given: str | None) -> str:
    machine = given or os.environ.get(MACHINE_VARIABLE)
    if machine:
        return machine
    raise BundleError(f"no state machine is named; give machine=<StateMachineArn>, or set {MACHINE_VARIABLE}")


def _region(machine: str) -> str | None:
    return machine.split(":")[3] if machine.count(":") >= 6 else None


def _new_place(machine: str) -> str:
    """A folder that nothing lies in yet, in the bucket of the sources."""
    with _aws("stepfunctions", f"asking for the bucket of {machine}", _region(machine)) as states:
        tags = states.list_tags_for_resource(resourceArn=machine)["tags"]
    for tag in tags:
        if tag["key"] == BUCKET_TAG:
            return f"s3://{tag['value']}/python/{uuid.uuid4().hex}/"
    raise BundleError(f"{machine} has no tag {BUCKET_TAG}; give to='s3://bucket/prefix/'")


def _uploaded(data: Any, to: str, schema: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Writes what is in memory. @returns the source of a request."""
    if schema is None:
        write_bundle(data, to, triggers=False, **options)
        return {"uri": to}
    try:
        from .table_to_s3 import write_table
    except ImportError:
        from table_to_s3 import write_table

    return {"uri": write_table(data, to, schema), "format": "parquet"}


def _read_manifest(uri: str, machine: str) -> Manifest:
    bucket, _, key = uri[len("s3://") :].partition("/")
    with _aws("s3", f"reading {uri}", _region(machine)) as s3:
        return Manifest(uri, json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))


def run(
    data: Any,
    to: str | None = None,
    *,
    machine: str | None = None,
    request: Mapping[str, Any] | None = None,
    schema: Any = None,
    columns: Iterable[str] | None = None,
    index: Iterable[str] | bool | None = None,
    convert: bool = False,
) -> Manifest:
    """Uploads a matrix or a frame, starts a run over it, waits for its end, and gives its manifest.

    The upload starts no run of its own. Memory is that of ``write_bundle`` or ``write_table``.

    :param data: what ``write_bundle`` takes: a SciPy matrix, a pandas frame of numbers or the path of an ``.npz`` file;
        with ``schema`` what ``write_table`` takes; or the ``s3://`` URI of a source that is there.
    :param to: ``s3://bucket/prefix/`` for the upload; a new folder in the bucket of the sources by default.
    :param machine: ARN of the state machine, an output of the stack; ``SPARSE_FANOUT_STATE_MACHINE`` by default.
    :param request: what else to ask for, such as ``{"output": {"compression": "gzip"}}``.
    :param schema: of a table: names and types, or a ``pyarrow.Schema``.
    :param columns: names, see ``write_bundle``; likewise ``index`` and ``convert``.
    :raises BundleError: what was given cannot be written, or AWS refused, or the run failed; says why.
    """
    arn = _machine(machine)
    fields = dict(request or {})
    if "source" in fields:
        raise BundleError("request has a source; give it as data, or leave it out")
    if fields.get("dryRun"):
        raise BundleError("a dry run has no manifest; start it with the command line, or by the console")
    if isinstance(data, str) and data.startswith("s3://"):
        source: Any = data
    else:
        place = (to or _new_place(arn)).rstrip("/") + "/"
        source = _uploaded(data, place, schema, {"columns": columns, "index": index, "convert": convert})
    return _read_manifest(_run(arn, {"source": source, **fields}, True), arn)
