"""Reading the chunks of a finished run."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import pytest
from read_run import RunError, read_run

TEXTS = [b"1,2\n3,4\n", b"5,6\n", b"7,8\n"]


def entry_of(index: int, stored: bytes, content: bytes, rows: tuple[int, int]) -> dict:
    return {
        "url": f"s3://bucket/data/out/data/chunk-{index:06}.csv",
        "meta": {"content_length": len(stored)},
        "index": index,
        "rowStart": rows[0],
        "rowEnd": rows[1],
        "contentBytes": len(content),
        "crc32": f"{zlib.crc32(content):08x}",
    }


def write_run(folder: Path, compression: str = "none") -> None:
    """Three chunks, of which an earlier manifest lists the first."""
    (folder / "data").mkdir(parents=True)
    (folder / "_manifest").mkdir()
    entries = []
    for index, (text, rows) in enumerate(zip(TEXTS, [(0, 2), (2, 3), (3, 4)])):
        stored = gzip.compress(text) if compression == "gzip" else text
        (folder / f"data/chunk-{index:06}.csv").write_bytes(stored)
        entries.append(entry_of(index, stored, text, rows))
    output = {"kind": "csv", "compression": compression}
    first = json.dumps({"output": output, "entries": entries[:1]}).encode()
    (folder / "_manifest/manifest-000001.json").write_bytes(first)
    url = "s3://bucket/data/out/_manifest/manifest-000001.json"
    earlier = [{"url": url, "bytes": len(first), "crc32": f"{zlib.crc32(first):08x}"}]
    manifest = {"output": output, "earlier": earlier, "entries": entries[1:]}
    (folder / "_manifest/manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_chunks_come_in_row_order_with_their_text(tmp_path, compression):
    write_run(tmp_path / "out", compression)
    for place in [tmp_path / "out", f"{tmp_path}/out/_manifest/manifest.json"]:
        chunks = list(read_run(place))
        assert [chunk.content for chunk in chunks] == TEXTS
        assert [(chunk.row_start, chunk.row_end) for chunk in chunks] == [(0, 2), (2, 3), (3, 4)]


class NoSuchKey(Exception):
    pass


class Client:
    """The two things of boto3's client that are used."""

    class exceptions:
        NoSuchKey = NoSuchKey

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_object(self, Bucket: str, Key: str):
        assert Bucket == "bucket"
        path = self._folder / Key[len("data/out/") :]
        if not path.exists():
            raise NoSuchKey
        return {"Body": path.open("rb")}


def test_the_same_is_read_from_s3(tmp_path):
    write_run(tmp_path)
    chunks = list(read_run("s3://bucket/data/out", Client(tmp_path)))
    assert [chunk.content for chunk in chunks] == TEXTS
    with pytest.raises(RunError, match="is missing; is the run finished"):
        list(read_run("s3://bucket/data/out/", Client(tmp_path / "none")))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "data/chunk-000001.csv").write_bytes(b"5,7\n"), "has 4 bytes and CRC-32"),
        (lambda folder: (folder / "data/chunk-000001.csv").write_bytes(b"5\n"), "has 2 bytes, the manifest says 4"),
        (lambda folder: (folder / "data/chunk-000002.csv").unlink(), "chunk-000002.csv is missing"),
        (lambda folder: (folder / "_manifest/manifest-000001.json").write_bytes(b"{}"), "manifest-000001.json has 2"),
        (lambda folder: (folder / "_manifest/manifest.json").unlink(), "is the run finished"),
    ],
)
def test_what_is_not_as_the_manifest_says_is_refused(tmp_path, damage, sentence):
    write_run(tmp_path)
    damage(tmp_path)
    with pytest.raises(RunError, match=sentence):
        list(read_run(tmp_path))


def test_gzip_that_is_cut_is_refused(tmp_path):
    write_run(tmp_path, "gzip")
    path = tmp_path / "data/chunk-000001.csv"
    stored = path.read_bytes()
    path.write_bytes(stored[:-3] + b"xyz")
    with pytest.raises(RunError, match="is not whole gzip"):
        list(read_run(tmp_path))
