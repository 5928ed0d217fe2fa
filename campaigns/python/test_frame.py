"""Sparse pandas frames; where a line is given that fixes a frame, the line is run."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sparse_to_s3
from sparse_to_s3 import write_bundle
from support import DTYPES, SMALL_BAND, assert_nothing_left, dense_of, read_arrays, refusal, sparse_frame


def cells(dtype: str, fill, rows=150, columns=7) -> np.ndarray:
    random = np.random.default_rng(7)
    stored = random.integers(1, 100, (rows, columns)).astype(dtype)
    sparse = random.random((rows, columns)) < 0.8
    sparse[40:70] = True  # rows without entries
    sparse[10] = False
    sparse[:, 3] = True
    return np.where(sparse, np.array(fill, dtype), stored)


@pytest.mark.parametrize("kind", ["integer", "block"])
@pytest.mark.parametrize("band_bytes", [1, SMALL_BAND, 10_000])
@pytest.mark.parametrize(
    ("dtype", "fill"),
    [("?", False), *((each, 0) for each in DTYPES if each != "?"), ("f4", np.nan), ("f8", np.nan), ("f8", 0.0)],
)
def test_writes_sparse_frames_of_every_dtype_and_fill(tmp_path, dtype, fill, band_bytes, kind):
    values = cells(dtype, fill)
    frame = sparse_frame(values, fill, kind)
    assert {each.subtype for each in frame.dtypes} == {np.dtype(dtype)}

    meta = write_bundle(frame, tmp_path, band_bytes=band_bytes)

    np.testing.assert_array_equal(dense_of(tmp_path), values)
    assert meta["nnz"] == sum(column.array.sp_index.npoints for _, column in frame.items())
    assert meta["dtype"] == np.dtype("<" + dtype).str
    assert json.dumps(meta["fillValue"]) == {"?": "false"}.get(dtype, '"NaN"' if np.isnan(fill) else "0")
    assert json.loads((tmp_path / "columns.json").read_text()) == [f"c{column}" for column in range(7)]


def test_writes_frames_with_more_rows_than_a_band_may_have(tmp_path):
    rows = 3 * sparse_to_s3.MAX_BAND_ROWS + 5
    matrix = sp.random(rows, 3, 0.001, "csc", random_state=3)
    write_bundle(pd.DataFrame.sparse.from_spmatrix(matrix), tmp_path)
    indptr, indices, data = read_arrays(tmp_path)
    expected = matrix.tocsr()
    np.testing.assert_array_equal(indptr, expected.indptr)
    np.testing.assert_array_equal(indices, expected.indices)
    np.testing.assert_array_equal(data, expected.data)


def test_keeps_stored_zeros_and_nan_of_a_frame(tmp_path):
    array = pd.arrays.SparseArray([0.0, np.nan, 1.0, -0.0], fill_value=np.nan)
    write_bundle(pd.DataFrame({"a": array}), tmp_path)
    assert [str(value) for value in read_arrays(tmp_path)[2]] == ["0.0", "1.0", "-0.0"]


@pytest.mark.parametrize("rows", [0, 1])
def test_writes_frames_without_entries(tmp_path, rows):
    write_bundle(sparse_frame(np.zeros((rows, 2)), 0.0), tmp_path)
    assert [len(array) for array in read_arrays(tmp_path)] == [rows + 1, 0, 0]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (pd.RangeIndex(2), None),
        (pd.RangeIndex(1, 3), ["1", "2"]),
        (pd.RangeIndex(0, 4, 2), ["0", "2"]),
        ([7, "x"], ["7", "x"]),
        (["same", "same"], ["same", "same"]),
    ],
)
def test_names_columns_as_to_csv_does(tmp_path, labels, names):
    frame = sparse_frame(np.eye(2), 0.0)
    frame.columns = labels
    write_bundle(frame, tmp_path)
    header = frame[:0].to_csv(index=False).splitlines()[0]
    written = [str(column) for column in range(2)]
    if names is not None:
        written = json.loads((tmp_path / "columns.json").read_text())
        assert written == names
    assert header == ",".join(written)
    np.testing.assert_array_equal(dense_of(tmp_path), np.eye(2))


@pytest.mark.parametrize("labels", [[1.5, "x"], [("a", 1), ("a", 2)], [True, "x"], [None, "x"]])
def test_refuses_labels_that_are_no_names_unless_names_are_given(tmp_path, labels):
    frame = sparse_frame(np.eye(2), 0.0)
    frame.columns = labels
    assert "columns=list(map(str, frame.columns))" in refusal(frame, tmp_path)
    write_bundle(frame, tmp_path, columns=list(map(str, frame.columns)))


def column_of(values, dtype, fill):
    return pd.arrays.SparseArray(values, dtype=pd.SparseDtype(dtype, fill))


FIXABLE = {
    "a fill of 5": {"a": column_of([5, 5, 1], "int64", 5), "b": column_of([0, 5, 0], "int64", 0)},
    "a fill of -0.0": {"a": column_of([-0.0, 2.0, 1.0], "float64", -0.0)},
    "a fill of True": {"a": column_of([True, False, True], "bool", True)},
    "NaN as fill of integers": {"a": column_of([1, 2, 3], "int64", np.nan)},
    "mixed dtypes": {"a": column_of([0, 2, 1], "int64", 0), "b": column_of([0.0, 0.5, 0.0], "float64", 0.0)},
    "mixed widths": {"a": column_of([0, 2, 1], "int64", 0), "b": column_of([0, 3, 0], "int8", 0)},
    "mixed fills": {"a": column_of([0.0, 2, 1], "float64", 0.0), "b": column_of([np.nan, 3, 0], "float64", np.nan)},
    "a dense column": {"a": column_of([0, 2, 1], "int64", 0), "b": np.array([0, 3, 0])},
    "only dense columns": {"a": np.array([0.5, 0, 0], "float32"), "b": np.array([0, 3, 0], "float32")},
    "dense booleans": {"a": np.array([True, False, False])},
    "long double": {"a": column_of([0.0, 2, 1], "longdouble", 0)},
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", FIXABLE)
def test_refuses_frames_with_the_line_that_fixes_them(tmp_path, name):
    frame = pd.DataFrame(FIXABLE[name], index=[10, 20, 30])
    dense = np.column_stack([np.asarray(column) for _, column in frame.items()])
    message = refusal(frame, tmp_path)
    assert_nothing_left(tmp_path)
    scope = {"frame": frame, "pd": pd, "np": np}
    exec(message[message.index("frame = ") :], scope)
    write_bundle(scope["frame"], tmp_path)
    np.testing.assert_array_equal(dense_of(tmp_path), dense)
    assert scope["frame"].index.tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    "other",
    [
        pd.Series(["x", "y", "z"]),
        pd.Series(pd.to_datetime(["2020-01-01"] * 3)),
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series(pd.Categorical(["x", "y", "x"])),
        pd.Series(pd.arrays.SparseArray(["x", "y", "x"], dtype=pd.SparseDtype(object, "x"))),
    ],
)
def test_refuses_columns_that_are_no_numbers_with_the_line_that_drops_them(tmp_path, other):
    frame = pd.DataFrame({"a": column_of([0, 2, 1], "int64", 0), "other": other})
    message = refusal(frame, tmp_path)
    scope = {"frame": frame}
    exec(message[message.index("frame = ") :], scope)
    write_bundle(scope["frame"], tmp_path)
    assert dense_of(tmp_path).tolist() == [[0], [2], [1]]


def test_refuses_a_frame_without_columns(tmp_path):
    assert "no columns" in refusal(pd.DataFrame(index=[1, 2]), tmp_path)
