"""SciPy matrices: what is written, read back by NumPy, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sparse_to_s3 import write_bundle

from support import (
    DTYPES,
    SMALL_BAND,
    assert_nothing_but,
    assert_nothing_left,
    assert_whole,
    counts,
    raw_csr,
    read_arrays,
    read_meta,
    refusal,
)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("index", ["i4", "i8"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_writes_csr_of_every_dtype_as_it_lies(tmp_path, dtype, index, order):
    made = counts()
    data = (made.data % 2 if dtype == "?" else made.data).astype(order + dtype)
    matrix = raw_csr(data, made.indices.astype(order + index), made.indptr.astype(order + index), made.shape)

    meta = write_bundle(matrix, tmp_path, band_bytes=SMALL_BAND)

    indptr, indices, written = read_arrays(tmp_path)
    np.testing.assert_array_equal(indptr, made.indptr)
    np.testing.assert_array_equal(indices, made.indices)
    assert written.tobytes() == data.astype("<" + dtype).tobytes()
    assert (indptr.dtype.str, indices.dtype.str) == ("<i8", "<i4")
    assert meta == read_meta(tmp_path)
    assert meta["dtype"] == written.dtype.str == np.dtype("<" + dtype).str
    assert (meta["format"], meta["version"]) == ("sparse-csr-bundle", 2)
    assert (meta["shape"], meta["nnz"], meta["indexDtype"]) == ([200, 30], made.nnz, "<i4")
    assert meta["fillValue"] is False if dtype == "?" else meta["fillValue"] == 0
    assert [meta[each] for each in ("columnNames", "rowNames", "groups", "columnGroups")] == [None] * 4
    assert_whole(tmp_path)
    assert_nothing_but(tmp_path, meta)


def test_keeps_unsorted_and_repeated_indices(tmp_path):
    matrix = raw_csr(np.array([3, 1, 2]), np.array([4, 0, 4]), np.array([0, 3, 3]), (2, 5))
    write_bundle(matrix, tmp_path)
    assert [array.tolist() for array in read_arrays(tmp_path)] == [[0, 3, 3], [4, 0, 4], [3, 1, 2]]


def test_leaves_out_what_is_allocated_behind_the_last_entry(tmp_path):
    matrix = raw_csr(np.arange(40.0), np.zeros(50, "i4"), np.array([0, 9]), (1, 2))
    assert write_bundle(matrix, tmp_path, band_bytes=SMALL_BAND)["nnz"] == 9
    assert [len(array) for array in read_arrays(tmp_path)] == [2, 9, 9]


def test_keeps_64_bit_indices_where_columns_need_them(tmp_path):
    last = 2**31 + 5
    matrix = raw_csr(np.array([1.0]), np.array([last]), np.array([0, 1]), (1, last + 1))
    assert write_bundle(matrix, tmp_path)["indexDtype"] == "<i8"
    assert read_arrays(tmp_path)[1].tolist() == [last]


@pytest.mark.parametrize("shape", [(0, 3), (3, 2), (1, 1)])
def test_writes_matrices_without_entries(tmp_path, shape):
    write_bundle(sp.csr_matrix(shape, dtype="f4"), tmp_path)
    indptr, indices, data = read_arrays(tmp_path)
    assert (indptr.tolist(), len(indices), len(data)) == ([0] * (shape[0] + 1), 0, 0)


@pytest.mark.skipif(not hasattr(sp, "csr_array"), reason="this SciPy has no sparse arrays")
def test_writes_sparse_arrays(tmp_path):
    write_bundle(sp.csr_array(counts()), tmp_path)
    np.testing.assert_array_equal(read_arrays(tmp_path)[2], counts().data)


@pytest.mark.parametrize("kind", ["csc", "coo", "dok", "lil", "bsr"])
def test_refuses_other_formats_unless_asked_to_convert(tmp_path, kind):
    matrix = counts().asformat(kind)
    message = refusal(matrix, tmp_path / "refused")
    assert "matrix = matrix.tocsr()" in message
    assert "second copy" in message
    assert_nothing_left(tmp_path / "refused")
    write_bundle(matrix, tmp_path, convert=True)
    indptr, indices, data = read_arrays(tmp_path)
    assert (sp.csr_matrix((data, indices, indptr), matrix.shape) != counts()).nnz == 0


@pytest.mark.parametrize("dtype", ["c8", "c16", "g", "O"])
def test_refuses_dtypes_that_no_bundle_has_with_the_line_that_fixes_them(tmp_path, dtype):
    if np.dtype(dtype) == np.dtype("f8"):
        pytest.skip("long double is double here")
    matrix = raw_csr(np.ones(3, dtype), np.arange(3), np.array([0, 3]), (1, 3))
    message = refusal(matrix, tmp_path)
    scope = {"matrix": matrix}
    exec(message.rsplit(": ", 1)[1], scope)
    write_bundle(scope["matrix"], tmp_path)
    assert read_arrays(tmp_path)[2].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("indices", "indptr", "words"),
    [
        ([0, 5], [0, 1, 2], "column index 5 is outside the 5 columns"),
        ([0, -1], [0, 1, 2], "column index -1"),
        ([0, 1], [1, 1, 2], "begins with 1"),
        ([0, 1], [0, 2, 1], "decreases"),
        ([0, 1], [0, 1, 3], "ends at 3, but only 2"),
        ([0, 1], [0, 2], "2 int64 elements, 3 integers"),
    ],
)
def test_refuses_broken_matrices_and_leaves_nothing(tmp_path, indices, indptr, words):
    matrix = raw_csr(np.ones(2), np.array(indices), np.array(indptr), (2, 5))
    assert words in refusal(matrix, tmp_path)
    assert_nothing_left(tmp_path)


def test_sees_that_indptr_decreases_from_one_band_to_the_next(tmp_path):
    matrix = raw_csr(np.ones(9), np.zeros(9, "i4"), np.array([0] + [9] * 7 + [3] * 7 + [9]), (15, 1))
    assert "decreases" in refusal(matrix, tmp_path, band_bytes=SMALL_BAND)


@pytest.mark.parametrize("given", [np.eye(3), [[1, 0]], None])
def test_refuses_what_is_not_sparse(tmp_path, given):
    assert "scipy.sparse.csr_matrix(matrix)" in refusal(given, tmp_path)
