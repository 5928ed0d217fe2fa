"""Sparse pandas frames; where a line is given that fixes a frame, the line is run."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sparse_to_s3
from sparse_to_s3 import write_bundle

from support import (
    DTYPES,
    SMALL_BAND,
    assert_nothing_left,
    assert_whole,
    columns_of,
    dense_of,
    read_arrays,
    read_meta,
    read_names,
    refusal,
    sparse_frame,
)


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
    assert read_names(tmp_path) == [f"c{column}" for column in range(7)]


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
        written = read_names(tmp_path)
        assert written == names
    else:
        assert read_names(tmp_path) is None
    assert header == ",".join(written)
    np.testing.assert_array_equal(dense_of(tmp_path), np.eye(2))


@pytest.mark.parametrize(
    "labels",
    [
        [7, 9],
        [1.5, 1e16],
        [True, False],
        ["x", None],
        [float("nan"), "b"],
        ["cr\rin", 'q"\n,'],
        [np.float32(0.1), 2],
        [b"a", b"b"],
        pd.Index([("a", 1), ("b", 2)], tupleize_cols=False),
        pd.DatetimeIndex(["2020-01-01", "2020-01-02"]),
        pd.DatetimeIndex([pd.Timestamp("2020-01-01 01:02"), pd.NaT]),
        pd.DatetimeIndex(["2020-01-01", "2020-01-02"], tz="UTC"),
        pd.DatetimeIndex([pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-02 00:00:00.000001")]),
        pd.DatetimeIndex([pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-02 00:00:00.25")]),
        pd.to_timedelta([0, 3], unit="h"),
        pd.to_timedelta([0, 3], unit="D"),
        pd.period_range("2020-01", periods=2, freq="M"),
        pd.interval_range(0, 2),
        pd.CategoricalIndex(["x", "y"]),
        pd.CategoricalIndex([7, 3]),
        pd.RangeIndex(5, 7),
        pd.RangeIndex(0, 2, name="r"),
        pd.Index(["a", "b"], name=3),
    ],
    ids=str,
)
def test_labels_are_what_to_csv_prints(tmp_path, labels, monkeypatch):
    monkeypatch.setattr(sparse_to_s3, "LABELS_AT_ONCE", 1)
    frame = sparse_frame(np.eye(2), 0.0)
    frame.index = labels
    write_bundle(frame, tmp_path / "rows")
    printed = list(csv.reader(io.StringIO(frame.to_csv(quoting=csv.QUOTE_NONNUMERIC), newline="")))
    if any("\r" in str(label) for label in labels):
        assert read_names(tmp_path / "rows", "rowNames") == list(labels)
    else:
        assert read_names(tmp_path / "rows", "rowNames") == [row[0] for row in printed[1:]]
    assert read_meta(tmp_path / "rows")["rowNames"]["title"] == printed[0][0]
    assert read_names(tmp_path / "rows") == ["c0", "c1"]
    write_bundle(frame, tmp_path / "none", index=False)
    assert read_meta(tmp_path / "none")["rowNames"] is None

    frame = sparse_frame(np.eye(2), 0.0)
    frame.columns = labels
    write_bundle(frame, tmp_path / "columns")
    if not any("\r" in str(label) for label in labels):
        assert read_names(tmp_path / "columns") == next(csv.reader(io.StringIO(frame.to_csv(index=False), newline="")))
    assert read_meta(tmp_path / "columns")["rowNames"] is None


@pytest.mark.parametrize("what", ["columns", "index"])
def test_refuses_labels_of_several_levels_unless_names_are_given(tmp_path, what):
    frame = sparse_frame(np.eye(2), 0.0)
    setattr(frame, what, pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]))
    message = refusal(frame, tmp_path)
    scope = {"frame": frame}
    exec(message[message.index("frame") : message.rindex(", or") if ", or" in message else None], scope)
    write_bundle(scope["frame"], tmp_path / "fixed")
    write_bundle(frame, tmp_path / "given", **{what: ["a 1", "a 2"]})


def column_of(values, dtype, fill):
    return pd.arrays.SparseArray(values, dtype=pd.SparseDtype(dtype, fill))


FIXABLE = {
    "a fill of 5": {"a": column_of([5, 5, 1], "int64", 5), "b": column_of([0, 5, 0], "int64", 0)},
    "a fill of -0.0": {"a": column_of([-0.0, 2.0, 1.0], "float64", -0.0)},
    "a fill of True": {"a": column_of([True, False, True], "bool", True)},
    "NaN as fill of integers": {"a": column_of([1, 2, 3], "int64", np.nan)},
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


MIXED = {
    "bool": (column_of([True, False, False, True], "bool", False), "|b1", False),
    "u1": (column_of([0, 255, 0, 1], "uint8", 0), "|u1", 0),
    "i8": (column_of([0, -(2**63), 2**63 - 1, 0], "int64", 0), "<i8", 0),
    "f2": (column_of([0.0, 0.1, np.nan, -0.0], "float16", 0.0), "<f2", 0),
    "f4": (column_of([np.nan, 0.1, 0.0, np.inf], "float32", np.nan), "<f4", "NaN"),
    "f8": (column_of([np.nan, 0.1, 0.0, np.nan], "float64", np.nan), "<f8", "NaN"),
    "dense bool": (np.array([True, False, False, True]), "|b1", False),
    "dense i2": (np.array([1, 0, -300, 2], "i2"), "<i2", 0),
    "dense f8": (np.array([1.5, 0.0, -0.0, np.nan]), "<f8", "NaN"),
    "dense f4": (np.array([0.1, 0.0, 1e-7, np.nan], "f4"), "<f8", "NaN"),
    "Int64": (pd.array([1, 0, 2, 3], dtype="Int64"), "<i8", 0),
    "boolean": (pd.array([True, False, True, False], dtype="boolean"), "|b1", False),
    "Float64": (pd.array([1.5, None, 0.0, 3], dtype="Float64"), "<f8", "NaN"),
}


@pytest.mark.parametrize("band_bytes", [1, 10_000])
def test_writes_each_column_in_its_own_dtype(tmp_path, band_bytes):
    frame = pd.DataFrame({name: column for name, (column, _, _) in MIXED.items()})
    meta = write_bundle(frame, tmp_path, band_bytes=band_bytes)
    assert_whole(tmp_path)
    assert (meta["dtype"], meta["fillValue"]) == ("<u8", None)
    of_column = np.load(tmp_path / meta["columnGroups"]["file"])
    kinds = [(meta["groups"][number]["dtype"], meta["groups"][number]["fillValue"]) for number in of_column]
    assert kinds == [(dtype, fill) for _, dtype, fill in MIXED.values()]
    assert len(set(kinds)) == len(meta["groups"]) == 7
    for written, (name, (column, _, _)) in zip(columns_of(tmp_path), MIXED.items()):
        expected = np.array([np.nan if pd.isna(each) else each for each in column])
        if name == "dense f4":
            expected = np.array([0.1, 0.0, 1e-7, np.nan])
        np.testing.assert_array_equal(written, expected.astype(written.dtype), err_msg=name)
        np.testing.assert_array_equal(np.signbit(written), np.signbit(expected.astype(written.dtype)), err_msg=name)


@pytest.mark.parametrize(("dtypes", "width"), [(("uint8", "bool"), "|u1"), (("int16", "bool"), "<u2")])
def test_cells_are_as_wide_as_the_widest_column(tmp_path, dtypes, width):
    frame = pd.DataFrame({dtype: column_of([1, 0, 1], dtype, np.dtype(dtype).type(0)) for dtype in dtypes})
    assert write_bundle(frame, tmp_path)["dtype"] == width
    assert [column.tolist() for column in columns_of(tmp_path)] == [[1, 0, 1]] * 2


def test_a_dense_column_beside_sparse_ones_of_its_dtype_needs_no_groups(tmp_path):
    frame = pd.DataFrame({"dense": [0.5, 0.0, np.nan], "sparse": column_of([0.0, 2.0, 0.0], "float64", 0.0)})
    meta = write_bundle(frame, tmp_path)
    assert (meta["dtype"], meta["fillValue"], meta["groups"]) == ("<f8", 0, None)
    assert meta["nnz"] == 4
    np.testing.assert_array_equal(dense_of(tmp_path), np.asarray(frame))


def test_refuses_missing_values_that_no_integer_has_with_the_line_that_fixes_them(tmp_path):
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([True, False], dtype="boolean")})
    message = refusal(frame, tmp_path / "out")
    scope = {"frame": frame}
    exec(message[message.index("frame = ") :], scope)
    write_bundle(scope["frame"], tmp_path / "out")
    np.testing.assert_array_equal(columns_of(tmp_path / "out")[0], [1, np.nan])
