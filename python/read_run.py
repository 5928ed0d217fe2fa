"""Reads the chunks of a finished run of sparse-fanout in row order, each checked against the manifest.

    from read_run import read_run
    for chunk in read_run("s3://bucket/output/"):
        frame = pandas.read_csv(io.BytesIO(chunk.content), header=None)

The place is an output in S3, a folder of ``local run`` or ``export``, or a ``manifest.json`` of either. This one file
needs Python 3.9 or later, and boto3 only for ``s3://``. It holds one chunk at a time, with its uncompressed content.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Chunk", "RunError", "read_run"]

MANIFEST = "_manifest/manifest.json"

#: Kinds of outputs whose chunks are gzip members; in Parquet and tables the compression is the format's own.
GZIP_KINDS = ("csv", "svmlight", "mtx", "recordio-protobuf")

#: What of a URI lies below the place of its output.
BELOW_PLACE = re.compile(r"^s3://.*/((?:data(?:-g\d+(?:-\d+)?)?|_manifest)/.+)$", re.DOTALL)


class RunError(Exception):
    """The run is not whole, or an object is not what the manifest says; one sentence."""


class Chunk(NamedTuple):
    """Rows ``[row_start, row_end)`` of the output."""

    index: int
    row_start: int
    row_end: int
    url: str
    #: Uncompressed where the chunks are gzip members.
    content: bytes


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, url: str) -> bytes:
        match = BELOW_PLACE.match(url)
        if match is None:
            raise RunError(f"{url} does not lie below data/ of an output")
        try:
            return (self._path / match[1]).read_bytes()
        except FileNotFoundError as error:
            raise RunError(f"{self._path / match[1]} is missing; is the run finished?") from error


class _S3:
    def __init__(self, client: Any) -> None:
        self._client = client

    def read(self, url: str) -> bytes:
        bucket, _, key = url[len("s3://") :].partition("/")
        try:
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey as error:
            raise RunError(f"{url} is missing; is the run finished?") from error


def _opened(uri: str, client: Any) -> tuple[_Folder | _S3, str]:
    """Who reads objects, and the place of the output with a slash at its end."""
    place = uri[: -len(MANIFEST)] if uri.endswith(MANIFEST) else uri.rstrip("/") + "/"
    if not uri.startswith("s3://"):
        return _Folder(Path(place)), "s3://folder/"
    if client is None:
        import boto3

        client = boto3.client("s3")
    return _S3(client), place


def _checked(name: str, found: bytes, length: int, crc32: str) -> bytes:
    actual = f"{zlib.crc32(found):08x}"
    if (len(found), actual) == (length, crc32):
        return found
    raise RunError(f"{name} has {len(found)} bytes and CRC-32 {actual}, the manifest says {length} and {crc32}")


def _inflated(stored: bytes, url: str) -> bytes:
    """All members of a gzip object, of which one object of all chunks has several."""
    content = []
    while stored:
        member = zlib.decompressobj(wbits=31)
        try:
            content.append(member.decompress(stored))
        except zlib.error as error:
            raise RunError(f"{url} is not whole gzip ({error})") from error
        if not member.eof:
            raise RunError(f"{url} is not whole gzip")
        stored = member.unused_data
    return b"".join(content)


def _entries(reader: _Folder | _S3, manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those of the manifests that this one links, then its own."""
    for link in manifest.get("earlier", []):
        text = _checked(link["url"], reader.read(link["url"]), link["bytes"], link["crc32"])
        yield from json.loads(text)["entries"]
    yield from manifest["entries"]


def read_run(uri: str, client: Any = None) -> Iterator[Chunk]:
    """Yields the chunks of a finished run in row order, each checked by its length and CRC-32.

    :param uri: the output, such as ``s3://bucket/output/`` or a folder, or its ``_manifest/manifest.json``.
    :param client: of boto3 for S3; one of its own by default.
    :raises RunError: there is no manifest, a chunk is missing, or it is another one than was written.
    """
    reader, place = _opened(str(uri), client)
    manifest = json.loads(reader.read(place + MANIFEST))
    output = manifest["output"]
    is_gzip = output["kind"] in GZIP_KINDS and output.get("compression") == "gzip"
    for entry in _entries(reader, manifest):
        url = entry["url"]
        stored = reader.read(url)
        if len(stored) != entry["meta"]["content_length"]:
            raise RunError(f"{url} has {len(stored)} bytes, the manifest says {entry['meta']['content_length']}")
        content = _inflated(stored, url) if is_gzip else stored
        _checked(url, content, entry["contentBytes"], entry["crc32"])
        yield Chunk(entry["index"], entry["rowStart"], entry["rowEnd"], url, content)
