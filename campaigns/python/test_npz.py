"""Files by scipy.sparse.save_npz, whole and broken."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sparse_to_s3 import write_bundle

from support import SMALL_BAND, assert_nothing_left, counts, dense_of, read_arrays, refusal


@pytest.mark.parametrize("compressed", [False, True])
def test_writes_npz_files_stored_or_deflated(tmp_path, compressed):
    sp.save_npz(tmp_path / "x.npz", counts(), compressed=compressed)
    write_bundle(tmp_path / "x.npz", tmp_path / "out", band_bytes=SMALL_BAND)
    for written, expected in zip(read_arrays(tmp_path / "out"), (counts().indptr, counts().indices, counts().data)):
        np.testing.assert_array_equal(written, expected)


def save_raw(path: Path, **members) -> None:
    made = counts()
    arrays = {"format": b"csr", "shape": made.shape, "indptr": made.indptr, "indices": made.indices, "data": made.data}
    np.savez(path, **{**arrays, **members})


def test_reads_half_precision_big_endian_and_text_formats_from_npz(tmp_path):
    data = counts().data.astype(">f2")
    save_raw(tmp_path / "x.npz", format="csr", data=data, indptr=counts().indptr.astype(">i8"))
    write_bundle(tmp_path / "x.npz", tmp_path / "out", band_bytes=SMALL_BAND)
    assert read_arrays(tmp_path / "out")[2].tobytes() == data.astype("<f2").tobytes()


def test_converts_npz_of_other_formats_when_asked(tmp_path):
    sp.save_npz(tmp_path / "x.npz", counts().tocsc())
    message = refusal(tmp_path / "x.npz", tmp_path / "out")
    assert "CSC" in message
    assert f"load_npz({str(tmp_path / 'x.npz')!r}).tocsr()" in message
    write_bundle(tmp_path / "x.npz", tmp_path / "out", convert=True)
    np.testing.assert_array_equal(dense_of(tmp_path / "out"), counts().toarray())


def damaged(path: Path) -> bytes:
    """The file with a byte of its data changed."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        content[archive.getinfo("data.npy").header_offset + 400] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"no zip file at all"), "is no matrix saved by"),
        (lambda path: path.write_bytes(b""), "is no matrix saved by"),
        (lambda path: np.savez(path, other=np.eye(2)), "is no matrix saved by"),
        (lambda path: np.save(path.open("wb"), np.eye(2)), "is no matrix saved by"),
        (lambda path: path.write_bytes(damaged(path)), "Bad CRC-32"),
        (lambda path: path.write_bytes(path.read_bytes()[:-30]), "is no matrix saved by"),
        (lambda path: save_raw(path, data=np.eye(3)), "one dimension"),
        (lambda path: save_raw(path, data=np.array([None])), "dtype object"),
        (lambda path: save_raw(path, data=np.ones(3)), "only 3 entries"),
        (lambda path: save_raw(path, shape=5), "is no matrix saved by"),
        (lambda path: save_raw(path, data=counts().data.astype("c8")), "complex64"),
    ],
)
def test_refuses_broken_npz_files_by_name(tmp_path, make, words):
    path = tmp_path / "x.npz"
    sp.save_npz(path, counts(), compressed=False)
    make(path)
    assert words in refusal(path, tmp_path / "out", band_bytes=SMALL_BAND)
    assert_nothing_left(tmp_path / "out")
