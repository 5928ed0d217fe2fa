"""Names, progress, and folders that hold bundles already."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sparse_to_s3
from sparse_to_s3 import write_bundle

from support import (
    SMALL_BAND,
    assert_nothing_but,
    assert_nothing_left,
    assert_whole,
    counts,
    raw_csr,
    read_arrays,
    read_meta,
    read_names,
    refusal,
)


def test_writes_names_beside_meta(tmp_path):
    names = np.array(["a", "ü,\n", '"', "", *"b" * 26], dtype=object)
    meta = write_bundle(counts(), tmp_path, columns=names)
    assert read_names(tmp_path) == list(names)
    text = (tmp_path / meta["columnNames"]["file"]).read_bytes()
    assert text.startswith('[\n"a",\n"ü,\\n",\n"\\"",\n"",\n"b",'.encode())
    assert text.endswith(b',\n"b"\n]\n')
    assert_whole(tmp_path)


def test_writes_an_empty_list_of_names(tmp_path):
    meta = write_bundle(sp.csr_matrix((0, 3)), tmp_path, index=[])
    assert (tmp_path / meta["rowNames"]["file"]).read_bytes() == b"[]"
    assert meta["rowNames"]["count"] == 0


def test_writes_names_of_rows_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(sparse_to_s3, "LABELS_AT_ONCE", 7)
    names = [f"row {number}" for number in range(200)]
    meta = write_bundle(counts(), tmp_path, index=iter(names))
    assert read_names(tmp_path, "rowNames") == names
    assert meta["rowNames"]["title"] == ""
    assert_whole(tmp_path)


def test_takes_the_labels_of_a_pandas_index(tmp_path):
    index = pd.Index([1.5, None, *range(198)], name="x")
    write_bundle(counts(columns=2), tmp_path, columns=pd.Index([True, "x"]), index=index)
    assert read_names(tmp_path) == ["True", "x"]
    assert read_names(tmp_path, "rowNames")[:4] == ["1.5", "", "0.0", "1.0"]
    assert read_meta(tmp_path)["rowNames"]["title"] == "x"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["a", "b"], "2 column names were given, the matrix has 30"),
        ([*range(30)], "columns=list(map(str, frame.columns))"),
        ("a" * 30, "a list of names is expected"),
        (["\ud800"] * 30, "UTF-8"),
    ],
)
def test_refuses_names_that_do_not_fit(tmp_path, columns, words):
    assert words in refusal(counts(), tmp_path / "out", columns=columns)
    assert_nothing_left(tmp_path / "out")


def test_tells_progress_up_to_the_whole(tmp_path):
    seen = []
    write_bundle(counts(), tmp_path, band_bytes=SMALL_BAND, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 100
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    total = sum(array["bytes"] for array in read_meta(tmp_path)["arrays"].values())
    assert seen[-1] == (total, total)


def test_replaces_a_bundle_only_if_allowed_and_whole(tmp_path):
    write_bundle(counts(), tmp_path, columns=["n"] * 30)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "holds a bundle already" in refusal(counts(seed=2), tmp_path)
    broken = raw_csr(np.ones(1), np.array([7]), np.array([0, 1]), (1, 2))
    refusal(broken, tmp_path, overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "mine.txt").write_text("stays")
    meta = write_bundle(counts(seed=2), str(tmp_path), overwrite=True)
    np.testing.assert_array_equal(read_arrays(tmp_path)[1], counts(seed=2).indices)
    (tmp_path / "mine.txt").unlink()
    assert_nothing_but(tmp_path, meta)
    assert write_bundle(counts(seed=2), str(tmp_path), overwrite=True) == meta
    assert_whole(tmp_path)


def test_removes_the_files_of_an_early_bundle_that_it_replaces(tmp_path):
    files = {name: {"bytes": 1} for name in ("indptr.npy", "indices.npy", "data.npy", "columns.json", "../x", "a/b")}
    for name in ("indptr.npy", "indices.npy", "data.npy", "columns.json"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "meta.json").write_text(json.dumps({"format": "sparse-csr-bundle", "version": 1, "files": files}))
    assert_nothing_but(tmp_path, write_bundle(counts(), tmp_path, overwrite=True))


@pytest.mark.parametrize("text", ["[", "[]", '{"arrays": 3}', '{"arrays": {"a": {}}}', "\ufeff{}"])
def test_replaces_a_meta_that_is_none(tmp_path, text):
    (tmp_path / "meta.json").write_text(text)
    assert_nothing_but(tmp_path, write_bundle(counts(), tmp_path, overwrite=True))


def test_an_existing_bundle_stays_whole_until_the_new_one_is(tmp_path, monkeypatch):
    first = write_bundle(counts(), tmp_path)
    seen = []
    replace = os.replace

    def watched(old, new):
        assert read_meta(tmp_path) == first
        assert_whole(tmp_path)
        seen.append(Path(new).name)
        replace(old, new)

    monkeypatch.setattr(sparse_to_s3.os, "replace", watched)
    write_bundle(counts(seed=2), tmp_path, overwrite=True)
    assert seen[-1] == "meta.json"
    assert len(seen) == 4


def test_finds_what_the_disk_did_not_keep(tmp_path, monkeypatch):
    add = sparse_to_s3._Sum.add
    monkeypatch.setattr(sparse_to_s3._Sum, "add", lambda self, data: add(self, memoryview(bytes(data)[1:])))
    assert "does not hold what was written" in refusal(counts(), tmp_path)
    assert_nothing_left(tmp_path)


def test_removes_its_files_when_it_is_interrupted(tmp_path):
    def stop(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bundle(counts(), tmp_path, progress=stop)
    assert_nothing_left(tmp_path)


def test_fails_when_the_matrix_changes_under_way(tmp_path):
    matrix = counts()
    matrix.data = matrix.data.copy()  # which owns its bytes, so that they can be resized

    def shrink(_done, _total):
        matrix.data.resize(0, refcheck=False)

    assert "changed while it was written" in refusal(matrix, tmp_path, progress=shrink)
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("destination", ["gs://bucket/x", "https://bucket.s3.amazonaws.com/x"])
def test_refuses_other_destinations(destination):
    assert "neither a folder nor s3://" in refusal(counts(), destination)


def test_imports_pandas_and_boto3_only_when_used():
    code = "import sys, sparse_to_s3; print([n for n in ('pandas', 'boto3', 'botocore') if n in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(sparse_to_s3.__file__).parent, capture_output=True, text=True
    )
    assert ran.stdout == "[]\n"
