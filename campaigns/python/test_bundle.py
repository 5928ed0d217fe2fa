"""Names, progress, and folders that hold bundles already."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sparse_to_s3
from sparse_to_s3 import write_bundle
from support import SMALL_BAND, assert_nothing_left, counts, raw_csr, read_arrays, refusal


def test_writes_names_beside_meta(tmp_path):
    names = np.array(["a", "ü,\n", '"', "", *"b" * 26], dtype=object)
    meta = write_bundle(counts(), tmp_path, columns=names)
    assert meta["columns"] == "columns.json"
    assert json.loads((tmp_path / "columns.json").read_text()) == list(names)
    assert meta["files"]["columns.json"] == {"bytes": (tmp_path / "columns.json").stat().st_size}


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
    total = sum((tmp_path / name).stat().st_size for name in sparse_to_s3.ARRAYS)
    assert seen[-1] == (total, total)


def test_replaces_a_bundle_only_if_allowed_and_whole(tmp_path):
    write_bundle(counts(), tmp_path, columns=["n"] * 30)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "holds a bundle already" in refusal(counts(seed=2), tmp_path)
    broken = raw_csr(np.ones(1), np.array([7]), np.array([0, 1]), (1, 2))
    refusal(broken, tmp_path, overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    write_bundle(counts(seed=2), str(tmp_path), overwrite=True)
    np.testing.assert_array_equal(read_arrays(tmp_path)[1], counts(seed=2).indices)
    assert not (tmp_path / "columns.json").exists()


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
