"""Writes a sparse matrix as a CSR bundle for sparse-fanout, to S3 or a folder, in bands.

    import sparse_to_s3
    sparse_to_s3.write_bundle(X, "s3://bucket/prefix/", columns=vectorizer.get_feature_names_out())

    python -m sparse_to_s3 matrix.npz s3://bucket/prefix/ --columns names.txt

A bundle is a folder of arrays and names, each file named by the CRC-32 of its content, and of ``meta.json``, which is
written last and names them: there is never a mixture of two bundles, and a bundle is replaced at one stroke.

This one file needs NumPy and SciPy; pandas is touched only if it is given a frame, boto3 only for ``s3://``.
Nothing is copied as a whole in memory: beyond the matrix, some bands of ``band_bytes`` are held.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import csv
import io
import json
import os
import platform
import shutil
import sys
import tempfile
import time
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Callable, NamedTuple, Protocol, Union

import numpy as np
import scipy.sparse

__all__ = ["BundleError", "main", "write_bundle"]

ARRAYS = ("indptr.npy", "indices.npy", "data.npy")

#: A band of a frame takes twice that while its columns become rows.
BAND_BYTES = 8 * 1024 * 1024
#: Of a frame; bounds what is held of indptr where rows are nearly empty.
MAX_BAND_ROWS = 1 << 16
FIRST_BAND_ROWS = 1024

#: Of an index, whose text is made in bands.
LABELS_AT_ONCE = 1 << 14

PART_BYTES = 5 * 1024 * 1024
#: S3 takes 10,000.
MAX_PARTS = 9_999
PARTS_IN_FLIGHT = 6

POLL_SECONDS = 1.0

CHANGED = "the matrix changed while it was written: write it again"

Progress = Callable[[int, int], None]
Pieces = Iterator["tuple[str, np.ndarray]"]
Fill = Union[int, bool, str]


class BundleError(Exception):
    """Nothing complete was written; the message is one sentence, with the line that fixes it where there is one."""


def _checked_dtype(dtype: np.dtype) -> np.dtype:
    """Returns the little-endian form of a dtype that a bundle may have."""
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        fix = "matrix = matrix.real" if dtype.kind == "c" else 'matrix = matrix.astype("float64")'
        raise BundleError(f"data has dtype {dtype}, allowed are bool, integers and floats of up to 64 bits: {fix}")
    return dtype.newbyteorder("<")


def _elements(band_bytes: int, element_bytes: int) -> int:
    return max(1, band_bytes // element_bytes)


class _Names(NamedTuple):
    """Names of columns or rows, as text; they can be read again."""

    count: int
    read: Callable[[], Iterable[str]]
    #: Of row names: what stands above them.
    title: str = ""


class _Groups(NamedTuple):
    """Columns of several dtypes or fills."""

    #: The distinct pairs.
    kinds: list[tuple[np.dtype, Fill]]
    #: Of each column, which of the pairs is its own.
    of_column: np.ndarray


class _Source(NamedTuple):
    """What is written: a matrix as it lies somewhere, and how to walk through it in order."""

    shape: tuple[int, int]
    nnz: int
    dtype: np.dtype
    fill: Fill | None
    #: Called with the bytes of a band; yields pieces of the three arrays, each array's in order.
    pieces: Callable[[int], Pieces]
    #: Whether the pieces come for nothing, so that they can be made twice.
    is_cheap: bool = True
    groups: _Groups | None = None
    columns: _Names | None = None
    index: _Names | None = None

    @property
    def index_dtype(self) -> np.dtype:
        """Indices are below the number of columns, so 32 bits nearly always hold them."""
        return np.dtype("<i4" if self.shape[1] <= np.iinfo(np.int32).max else "<i8")

    def arrays(self) -> dict[str, tuple[np.dtype, int]]:
        """Dtype and length of each array of the bundle."""
        lengths = (self.shape[0] + 1, self.nnz, self.nnz)
        return dict(zip(ARRAYS, zip((np.dtype("<i8"), self.index_dtype, self.dtype), lengths)))


# --- SciPy ---------------------------------------------------------------------------------------------------------


class _Array(NamedTuple):
    """A one-dimensional array that is read in bands of so many elements."""

    dtype: np.dtype
    length: int
    bands: Callable[[int], Iterator[np.ndarray]]


def _in_memory(array: np.ndarray) -> _Array:
    def bands(count: int) -> Iterator[np.ndarray]:
        return (array[start : start + count] for start in range(0, len(array), count))

    return _Array(array.dtype, len(array), bands)


def _checked_indptr(bands: Iterable[np.ndarray], available: int) -> Iterator[np.ndarray]:
    last = None
    for band in bands:
        if last is None and band[0] != 0:
            raise BundleError(f"indptr begins with {band[0]}, it must begin with 0: the matrix is broken")
        if (last is not None and int(band[0]) < last) or (band[1:] < band[:-1]).any():
            raise BundleError("indptr decreases, it must not: the matrix is broken")
        last = int(band[-1])
        yield band
    if last is not None and last > available:
        raise BundleError(f"indptr ends at {last}, but only {available} entries are stored: the matrix is broken")


def _checked_indices(bands: Iterable[np.ndarray], columns: int) -> Iterator[np.ndarray]:
    for band in bands:
        for index in (int(band.min()), int(band.max())):
            if not 0 <= index < columns:
                raise BundleError(f"column index {index} is outside the {columns} columns: the matrix is broken")
        yield band


def _first(bands: Iterable[np.ndarray], count: int) -> Iterator[np.ndarray]:
    """Leaves out what SciPy has allocated behind the last entry."""
    for band in bands:
        if count > 0:
            yield band[:count]
        count -= len(band)


def _csr_source(shape: tuple[int, int], arrays: dict[str, _Array], is_cheap: bool = True) -> _Source:
    indptr, indices, data = (arrays[name] for name in ARRAYS)
    rows, columns = shape
    if indptr.length != rows + 1 or indptr.dtype.kind not in "iu" or indices.dtype.kind not in "iu":
        raise BundleError(f"indptr has {indptr.length} {indptr.dtype} elements, {rows + 1} integers are expected")
    available = min(indices.length, data.length)
    nnz = 0
    for band in indptr.bands(_elements(BAND_BYTES, 8)):
        nnz = int(band[-1])

    def pieces(band_bytes: int) -> Pieces:
        checked = {
            "indptr.npy": _checked_indptr(indptr.bands(_elements(band_bytes, 8)), available),
            "indices.npy": _checked_indices(_first(indices.bands(_elements(band_bytes, 8)), nnz), columns),
            "data.npy": _first(data.bands(_elements(band_bytes, 8)), nnz),
        }
        return ((name, band) for name, bands in checked.items() for band in bands)

    dtype = _checked_dtype(data.dtype)
    return _Source((rows, columns), nnz, dtype, False if dtype.kind == "b" else 0, pieces, is_cheap)


def _matrix_source(matrix: Any, convert: bool) -> _Source:
    if not scipy.sparse.issparse(matrix):
        raise BundleError(
            f"a {type(matrix).__name__} was given, not a SciPy matrix or a sparse pandas frame:"
            " matrix = scipy.sparse.csr_matrix(matrix)"
        )
    if len(matrix.shape) != 2:
        raise BundleError("the array has one dimension, a matrix has two: matrix = matrix.reshape(1, -1).tocsr()")
    _checked_dtype(matrix.dtype)
    if matrix.format != "csr":
        if not convert:
            raise BundleError(
                f"the matrix is {matrix.format.upper()}, only CSR is written as it lies: matrix = matrix.tocsr(),"
                " which makes a second copy in memory, as convert=True and --convert do"
            )
        matrix = matrix.tocsr()
    arrays = {f"{name}.npy": _in_memory(getattr(matrix, name)) for name in ("indptr", "indices", "data")}
    rows, columns = (int(length) for length in matrix.shape)
    return _csr_source((rows, columns), arrays)


# --- .npz files ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    """Names the file in whatever zipfile, zlib and NumPy raise about its content."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{path} is no matrix saved by scipy.sparse.save_npz, or it is broken ({error})") from error


def _read_header(file: Any) -> tuple[tuple[int, ...], np.dtype]:
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = readers[np.lib.format.read_magic(file)](file)
    return shape, dtype


def _member(archive: zipfile.ZipFile, path: str, name: str) -> _Array:
    """An array of the archive, stored or deflated, read as a stream; zipfile checks its CRC-32 at its end."""
    with archive.open(name) as file:
        shape, dtype = _read_header(file)
    if len(shape) != 1 or dtype.kind not in "biufc":
        raise ValueError(f"{name} has shape {shape} and dtype {dtype}, numbers in one dimension are expected")

    def bands(count: int) -> Iterator[np.ndarray]:
        with _reading(path), archive.open(name) as member:
            _read_header(member)
            left = shape[0]
            while left > 0:
                bytes_read = member.read(min(count, left) * dtype.itemsize)
                if not bytes_read:
                    raise EOFError(f"{name} ends {left} elements too early")
                band = np.frombuffer(bytes_read, dtype)
                left -= len(band)
                yield band

    return _Array(dtype, shape[0], bands)


@contextlib.contextmanager
def _npz_source(path: str, convert: bool) -> Iterator[_Source]:
    with _reading(path), np.load(path) as members:
        stored_format = members["format"].item()
        rows, columns = (int(length) for length in members["shape"])
        stored_format = stored_format if isinstance(stored_format, str) else stored_format.decode()
    if stored_format != "csr" and not convert:
        raise BundleError(
            f"{path} holds a {stored_format.upper()} matrix, only CSR is written as it lies:"
            f' scipy.sparse.save_npz("csr.npz", scipy.sparse.load_npz({path!r}).tocsr()), or --convert, in memory'
        )
    if stored_format != "csr":
        with _reading(path):
            matrix = scipy.sparse.load_npz(path)
        yield _matrix_source(matrix, convert)
        return
    with zipfile.ZipFile(path) as archive:
        with _reading(path):
            arrays = {name: _member(archive, path, name) for name in ARRAYS}
            is_stored = all(archive.getinfo(name).compress_type == zipfile.ZIP_STORED for name in ARRAYS)
        yield _csr_source((rows, columns), arrays, is_stored)


# --- pandas --------------------------------------------------------------------------------------------------------


def _is_number_dtype(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf" and dtype.itemsize <= 8


def _frame_fix(dtype: np.dtype) -> str:
    """The line that gives every column of a dtype the fill 0, in every version of pandas.

    ``frame.astype(pd.SparseDtype(...))`` is none: it keeps the stored values and changes the fill, and so the numbers.
    """
    return (
        "frame = frame.apply(lambda column: pd.Series(pd.arrays.SparseArray(np.asarray(column),"
        f' dtype=pd.SparseDtype("{dtype.name}", {dtype.type(0).item()})), index=column.index)'
        f' if getattr(column.dtype, "subtype", None) == "{dtype.name}" else column)'
    )


def _is_allowed_fill(dtype: np.dtype, fill: Any) -> bool:
    """A fill of another type than the column's is refused too: it changes what pandas prints."""
    is_bool = isinstance(fill, (bool, np.bool_))
    if dtype.kind == "b" or is_bool:
        return dtype.kind == "b" and is_bool and not fill
    if dtype.kind == "f" and isinstance(fill, (float, np.floating)):
        return bool(np.isnan(fill) or (fill == 0 and not np.signbit(fill)))
    return isinstance(fill, (int, np.integer)) and fill == 0


def _check_sparse(name: Any, dtype: Any) -> None:
    subtype = dtype.subtype
    if not _is_number_dtype(subtype):
        raise BundleError(_not_a_number(name, dtype, subtype))
    if not _is_allowed_fill(subtype, dtype.fill_value):
        raise BundleError(
            f"column {name!r} is {subtype} with fill {dtype.fill_value!r},"
            f" allowed fills are 0, False of bool, and NaN of floats: {_frame_fix(subtype)}"
        )


def _not_a_number(name: Any, dtype: Any, subtype: Any) -> str:
    fixes = {"c": "np.real(np.asarray(frame[name]))", "f": 'np.asarray(frame[name], "float64")'}
    fix = fixes.get(subtype.kind) if isinstance(subtype, np.dtype) else None
    line = f"frame = frame.drop(columns=[{name!r}])"
    if fix is not None:
        line = f"frame = frame.assign(**{{name: {fix} for name in [{name!r}]}})"
    return f"column {name!r} is {dtype}, allowed are bool, integers and floats of up to 64 bits: {line}"


def _dense_dtype(name: Any, column: Any) -> np.dtype:
    """The dtype in which a dense column is written.

    Halves and singles become the doubles of the digits that pandas prints of them.
    """
    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)
    if not _is_number_dtype(dtype):
        raise BundleError(_not_a_number(name, column.dtype, dtype))
    if dtype.kind == "f":
        return np.dtype("f8")
    if not isinstance(column.dtype, np.dtype) and column.isna().any():
        raise BundleError(
            f"column {name!r} is {column.dtype} with missing values, a column with these is float64:"
            f' frame = frame.astype({{{name!r}: "float64"}})'
        )
    return dtype


class _SparseColumn:
    """The entries of a sparse column as pandas holds them.

    Only one of ``kind="block"`` gets its row numbers written out, 4 bytes per entry.
    """

    def __init__(self, array: Any) -> None:
        self.rows = array.sp_index.to_int_index().indices
        self._values = array.sp_values
        self.count = len(self._values)

    def above(self, row: np.int32) -> int:
        return self.rows.searchsorted(row)

    def rows_between(self, start: int, end: int) -> np.ndarray:
        return self.rows[start:end]

    def values(self, start: int, end: int) -> np.ndarray:
        return self._values[start:end]


class _DenseColumn:
    """A dense column. All its cells are entries, so that none of them prints as an unstored one."""

    def __init__(self, array: Any, dtype: np.dtype) -> None:
        self._array = array
        self._dtype = dtype
        self.count = len(array)

    def above(self, row: np.int32) -> int:
        return int(row)

    def rows_between(self, start: int, end: int) -> np.ndarray:
        return np.arange(start, end, dtype=np.int32)

    def values(self, start: int, end: int) -> np.ndarray:
        cells = self._array[start:end]
        if not isinstance(cells.dtype, np.dtype):
            numpy_dtype = cells.dtype.numpy_dtype
            missing = {"na_value": np.nan} if numpy_dtype.kind == "f" else {}
            cells = cells.to_numpy(dtype=numpy_dtype, **missing)
        cells = np.asarray(cells)
        short = cells.dtype.kind == "f" and cells.dtype.itemsize < 8
        return (cells.astype(str) if short else cells).astype(self._dtype)


class _FrameColumns:
    """The entries of a frame, column by column as pandas holds them; nothing is copied."""

    def __init__(self, columns: list[_SparseColumn | _DenseColumn], width: int) -> None:
        self.columns = columns
        self._bits = np.dtype(f"u{width}")
        self.nnz = sum(column.count for column in columns)

    def entries_above(self, row: int) -> np.ndarray:
        """Of each column, how many entries lie above a row."""
        key = np.int32(row)  # as the arrays: for a key of another dtype NumPy would convert each of them
        return np.fromiter((column.above(key) for column in self.columns), np.int64, len(self.columns))

    def band(self, row: int, rows: int, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...]:
        """The rows from `row` on, which hold entries `starts` to `ends` of each column: indptr, indices, raw cells."""
        runs = list(zip(self.columns, starts.tolist(), ends.tolist()))
        row_numbers = np.concatenate([column.rows_between(start, end) for column, start, end in runs])
        row_numbers -= np.int32(row)
        values = [column.values(start, end) for column, start, end in runs]
        # SciPy knows no half precision, and nothing is computed.
        bits = np.concatenate([each.view(f"u{each.itemsize}") for each in values]).astype(self._bits, copy=False)
        indptr = np.concatenate([[0], np.cumsum(ends - starts)])
        band = scipy.sparse.csc_matrix((bits, row_numbers, indptr), (rows, len(runs))).tocsr()
        return band.indptr, band.indices, band.data


def _band_pieces(band: tuple[np.ndarray, ...], nnz: int) -> Pieces:
    indptr, indices, data = band
    yield "indptr.npy", indptr[1:] + np.int64(nnz)
    yield "indices.npy", indices
    yield "data.npy", data


def _frame_pieces(columns: _FrameColumns, row_count: int, band_entries: int) -> Pieces:
    """Turns one band of rows after the other from columns into rows; a band has so many entries or a single row."""
    row, rows, nnz = 0, FIRST_BAND_ROWS, 0
    starts = np.zeros(len(columns.columns), np.int64)
    yield "indptr.npy", np.zeros(1, np.int64)
    while row < row_count:
        rows = min(rows, row_count - row)
        ends = columns.entries_above(row + rows)
        count = int((ends - starts).sum())
        if count > band_entries and rows > 1:
            rows = max(1, min(rows // 2, rows * band_entries // count))
            continue
        yield from _band_pieces(columns.band(row, rows, starts, ends), nnz)
        row, starts, nnz = row + rows, ends, nnz + count
        # A little less than would fit, as the next rows may hold a little more.
        rows = max(1, min(MAX_BAND_ROWS, 2 * rows, rows * band_entries * 9 // (10 * max(1, count))))


def _fill_of(dtype: Any) -> Fill:
    if dtype.subtype.kind == "b":
        return False
    return "NaN" if np.isnan(dtype.fill_value) else 0


def _groups_of(kinds: list[tuple[np.dtype, Fill | None]]) -> _Groups:
    """Gives the columns without a fill one that others of their dtype have, and counts the distinct pairs."""
    fills: dict[np.dtype, Fill] = {}
    for dtype, fill in kinds:
        if fill is not None:
            fills.setdefault(dtype, fill)
    numbers: dict[tuple[np.dtype, Fill], int] = {}
    of_column = np.empty(len(kinds), np.uint8)
    for column, (dtype, given) in enumerate(kinds):
        fill = fills.get(dtype, False if dtype.kind == "b" else 0) if given is None else given
        of_column[column] = numbers.setdefault((dtype, fill), len(numbers))
    return _Groups(list(numbers), of_column)


def _frame_column(
    name: Any, column: Any, dtype: Any
) -> tuple[_SparseColumn | _DenseColumn, tuple[np.dtype, Fill | None]]:
    if isinstance(dtype, sys.modules["pandas"].SparseDtype):
        _check_sparse(name, dtype)
        return _SparseColumn(column.array), (_checked_dtype(dtype.subtype), _fill_of(dtype))
    dense = _dense_dtype(name, column)
    return _DenseColumn(column.array, dense), (_checked_dtype(dense), None)


def _frame_source(frame: Any, with_columns: bool, with_index: bool) -> _Source:
    dtypes = list(frame.dtypes)
    if not dtypes:
        raise BundleError("the frame has no columns, at least one is needed")
    each = [
        _frame_column(name, frame.iloc[:, number], dtype)
        for number, (name, dtype) in enumerate(zip(frame.columns, dtypes))
    ]
    groups = _groups_of([kind for _, kind in each])
    width = max(dtype.itemsize for dtype, _ in groups.kinds)
    is_mixed = len(groups.kinds) > 1
    dtype, fill = (np.dtype(f"<u{width}"), None) if is_mixed else groups.kinds[0]
    columns = _FrameColumns([column for column, _ in each], width)

    def pieces(band_bytes: int) -> Pieces:
        for name, piece in _frame_pieces(columns, frame.shape[0], _elements(band_bytes, 4 + width)):
            yield name, piece.view(dtype) if name == "data.npy" else piece

    return _Source(
        frame.shape,
        columns.nnz,
        dtype,
        fill,
        pieces,
        is_cheap=False,
        groups=groups if is_mixed else None,
        columns=_index_names(frame.columns, "columns") if with_columns and not _is_default(frame.columns) else None,
        index=_index_names(frame.index, "index") if with_index and not _is_default(frame.index) else None,
    )


# --- names ---------------------------------------------------------------------------------------------------------


def _is_default(labels: Any) -> bool:
    """Whether these are pandas' own 0, 1, 2, …, without a title."""
    is_range = isinstance(labels, sys.modules["pandas"].RangeIndex)
    return is_range and (labels.start, labels.step, labels.name) == (0, 1, None)


def _finest(labels: Any) -> Any:
    """The label by which pandas decides to which precision all times of an index are printed; none or one."""
    times = labels[~labels.isna()]
    second = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[getattr(labels, "unit", "ns")]
    for unit in (second // 1_000_000, second // 1_000, second, 86_400 * second):
        is_finer = times.asi8 % max(1, unit) != 0
        if is_finer.any():
            return times[is_finer.argmax() :][:1]
    return times[:0]


def _printed(labels: Any) -> list[str]:
    """Labels as ``to_csv`` prints them; only of those that hold no line break of their own."""
    pandas = sys.modules["pandas"]
    text = pandas.Series(0, index=labels).to_csv(header=False)
    return [row[0] for row in csv.reader(io.StringIO(text, newline=""))]


def _label_texts(labels: Any) -> Iterator[str]:
    """Labels as ``to_csv`` prints them, in bands."""
    pandas = sys.modules["pandas"]
    is_time = isinstance(labels, (pandas.DatetimeIndex, pandas.TimedeltaIndex))
    finest = _finest(labels) if is_time else labels[:0]
    for start in range(0, len(labels), LABELS_AT_ONCE):
        band = labels[start : start + LABELS_AT_ONCE]
        if isinstance(band, pandas.CategoricalIndex):
            band = pandas.Index(np.asarray(band))
        if pandas.api.types.is_object_dtype(band.dtype) or pandas.api.types.is_string_dtype(band.dtype):
            yield from ("" if missing else str(label) for label, missing in zip(band, band.isna()))
        else:
            yield from _printed(band.append(finest))[: len(band)]


def _index_names(labels: Any, what: str) -> _Names:
    if labels.nlevels > 1:
        fixes = {
            "columns": "frame.columns = [str(label) for label in frame.columns]",
            "index": "frame = frame.reset_index(drop=True), or index=[…]",
        }
        raise BundleError(f"the {what} has {labels.nlevels} levels, names are single texts: {fixes[what]}")
    title = "" if what == "columns" or labels.name is None else str(labels.name)
    return _Names(len(labels), lambda: _label_texts(labels), title)


def _given_names(given: Any, what: str) -> _Names:
    pandas = sys.modules.get("pandas")  # who has an index has imported it
    if isinstance(given, (str, bytes)):
        raise BundleError(f"{what} is one text, a list of names is expected: {what}=[…]")
    if pandas is not None and isinstance(given, pandas.Index):
        return _index_names(given, what)
    names = list(given)
    for name in names:
        if not isinstance(name, str):
            raise BundleError(
                f"{_ROLES[what]} name {name!r} is a {type(name).__name__}, names are text:"
                f" {what}=list(map(str, frame.{what}))"
            )
    return _Names(len(names), lambda: names)


#: Whose names an argument gives.
_ROLES = {"columns": "column", "index": "row"}


def _json_names(names: _Names, what: str) -> Iterator[bytes]:
    """A JSON array, a name on each line, in pieces."""
    lead, size, lines = "[\n", 0, []
    for name in names.read():
        lines.append(lead + json.dumps(name, ensure_ascii=False))
        lead, size = ",\n", size + len(name)
        if len(lines) >= LABELS_AT_ONCE or size >= BAND_BYTES // 8:
            yield _utf8("".join(lines), what)
            size, lines = 0, []
    yield _utf8("".join(lines) + ("[]" if names.count == 0 else "\n]\n"), what)


def _utf8(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BundleError(f"a {_ROLES[what]} name cannot be written as UTF-8 ({error})") from error


# --- files ---------------------------------------------------------------------------------------------------------


class _Sum:
    """Length and CRC-32 of a file, as its bytes come."""

    def __init__(self) -> None:
        self.bytes = 0
        self.crc32 = 0

    def add(self, data: memoryview) -> None:
        self.bytes += len(data)
        self.crc32 = zlib.crc32(data, self.crc32)


class _Stored(NamedTuple):
    """A file of a bundle, named by its content."""

    file: str
    bytes: int
    crc32: str

    @staticmethod
    def of(name: str, total: _Sum) -> _Stored:
        stem, _, suffix = name.partition(".")
        crc32 = f"{total.crc32:08x}"
        return _Stored(f"{stem}-{crc32}.{suffix}", total.bytes, crc32)


def _npy_header(dtype: np.dtype, length: int) -> bytes:
    header = io.BytesIO()
    fields = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(header, fields)
    return header.getvalue()


class _Contents:
    """The bytes of all files of a bundle but ``meta.json``."""

    def __init__(self, source: _Source, band_bytes: int, progress: Progress | None) -> None:
        self._source = source
        self._band_bytes = band_bytes
        self._progress = progress
        self._headers = {name: _npy_header(*array) for name, array in source.arrays().items()}
        arrays = source.arrays().items()
        self.sizes = {name: len(self._headers[name]) + length * dtype.itemsize for name, (dtype, length) in arrays}
        self.is_cheap = source.is_cheap
        #: How often each byte counts in the progress.
        self.passes = 1
        self._done = 0

    def read(self) -> Iterator[tuple[str, memoryview]]:
        """Yields pieces of the files, each file's in order."""
        done = dict.fromkeys(self.sizes, 0)
        for name, data in self._array_bytes():
            done[name] += len(data)
            yield name, data
        if done != self.sizes:
            raise BundleError(CHANGED)
        yield from self._others()

    def report(self, name: str, count: int) -> None:
        """Reports progress: so many bytes more of a file are done."""
        if self._progress is not None and name in self.sizes:
            self._done += count
            self._progress(self._done, self.passes * sum(self.sizes.values()))

    def _array_bytes(self) -> Iterator[tuple[str, memoryview]]:
        arrays = self._source.arrays()
        for name, header in self._headers.items():
            yield name, memoryview(header)
        for name, piece in self._source.pieces(self._band_bytes):
            if len(piece) > 0:
                yield name, np.ascontiguousarray(piece, arrays[name][0]).view(np.uint8).data
            del piece  # so that it is gone when the next band is made

    def _others(self) -> Iterator[tuple[str, memoryview]]:
        source = self._source
        if source.groups is not None:
            of_column = source.groups.of_column
            yield "groups.npy", memoryview(_npy_header(of_column.dtype, len(of_column)) + of_column.tobytes())
        for what, names in (("columns", source.columns), ("index", source.index)):
            if names is not None:
                yield from ((f"{what}.json", memoryview(piece)) for piece in _json_names(names, what))


# --- destinations --------------------------------------------------------------------------------------------------


class _Destination(Protocol):
    """Where a bundle goes."""

    def take(self, contents: _Contents) -> dict[str, _Stored]:
        """Writes all files but ``meta.json``, and checks what is there. @returns what each is called there."""

    def publish(self, meta: bytes) -> None:
        """Writes ``meta.json``, in place of that which is there; then removes what only that one named."""


def _files_of(meta: bytes | None) -> set[str]:
    """The files that a ``meta.json`` of any version names."""
    try:
        fields = json.loads(meta or b"{}")
        named = [*fields.get("arrays", {}).values(), *(fields.get(f"{each}Names") for each in ("column", "row"))]
        files = {each["file"] for each in (*named, fields.get("columnGroups")) if each is not None}
        names = {*files, *fields.get("files", {})}
    except (ValueError, TypeError, KeyError, AttributeError):
        return set()  # it is no bundle's, so nothing is known to be left over
    return {name for name in names if isinstance(name, str) and "/" not in name and name != "meta.json"}


class _Folder:
    def __init__(self, path: str, overwrite: bool) -> None:
        self._path = Path(path)
        self._meta = self._path / "meta.json"
        if not overwrite and self._meta.exists():
            raise BundleError(f"{path} holds a bundle already: name another folder, or allow it by overwrite")
        self._path.mkdir(parents=True, exist_ok=True)

    def _part(self, name: str) -> Path:
        """What a file is called until it is whole."""
        return self._path / f".{name}.{os.getpid()}.part"

    def take(self, contents: _Contents) -> dict[str, _Stored]:
        sums: dict[str, _Sum] = {}
        with contextlib.ExitStack() as opened:
            files: dict[str, Any] = {}
            for name, data in contents.read():
                if name not in files:
                    opened.callback(self._part(name).unlink, missing_ok=True)
                    files[name] = opened.enter_context(open(self._part(name), "wb"))
                    sums[name] = _Sum()
                files[name].write(data)
                sums[name].add(data)
                contents.report(name, len(data))
                del data
            stored = {name: _Stored.of(name, total) for name, total in sums.items()}
            for name, file in files.items():
                file.close()
                self._check(self._part(name), sums[name])
            for name, each in stored.items():
                os.replace(self._part(name), self._path / each.file)
        return stored

    def _check(self, path: Path, expected: _Sum) -> None:
        found = _Sum()
        with open(path, "rb") as file:
            while data := file.read(1 << 20):
                found.add(memoryview(data))
        if (found.bytes, found.crc32) != (expected.bytes, expected.crc32):
            raise BundleError(f"{path} does not hold what was written to it: look at the disk, then write it again")

    def publish(self, meta: bytes) -> None:
        before = self._meta.read_bytes() if self._meta.exists() else None
        part = self._part("meta.json")
        try:
            part.write_bytes(meta)
            os.replace(part, self._meta)
        finally:
            part.unlink(missing_ok=True)
        for name in _files_of(before) - _files_of(meta):
            (self._path / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _aws(service: str, doing: str, region: str | None = None) -> Iterator[Any]:
    """A client of boto3; what it raises becomes a sentence."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise BundleError(f"{doing} needs boto3, which is missing: pip install boto3") from error
    try:
        yield boto3.client(service, region_name=region)
    except (BotoCoreError, ClientError) as error:
        raise BundleError(f"{doing} failed: {error}") from error


def _base64(crc32: str) -> str:
    """A CRC-32 as S3 writes it."""
    return base64.b64encode(bytes.fromhex(crc32)).decode()


class _Sender:
    """Sends a file to S3 part by part; one that is shorter than a part is put at once."""

    def __init__(self, bucket: _Bucket, stored: _Stored) -> None:
        self._bucket = bucket
        self._stored = stored
        self._part_bytes = max(PART_BYTES, -(-stored.bytes // MAX_PARTS))
        self.left = stored.bytes
        self._buffer = bucket.buffer()
        self._parts: list[Future[dict[str, Any]]] = []
        self._upload_id: str | None = None

    def write(self, data: memoryview) -> None:
        if len(data) > self.left:
            raise BundleError(CHANGED)
        self.left -= len(data)
        while len(data) > 0:
            room = self._part_bytes - self._buffer.tell()
            self._buffer.write(data[:room])
            data = data[room:]
            if self._buffer.tell() == self._part_bytes:
                self._send()
        if self.left == 0:
            self._close()

    def _send(self) -> None:
        if self._upload_id is None:
            self._upload_id = self._bucket.begin_upload(self._stored.file)
        number = len(self._parts) + 1
        self._parts.append(self._bucket.send_part(self._stored.file, self._upload_id, number, self._buffer))
        self._buffer = self._bucket.buffer()

    def _close(self) -> None:
        if self._upload_id is None:
            self._bucket.put(self._stored, self._buffer)
        else:
            if self._buffer.tell() > 0:
                self._send()
            self._bucket.complete_upload(self._stored, self._upload_id, [part.result() for part in self._parts])
            self._upload_id = None
        self._bucket.keep(self._buffer)

    def abort(self) -> None:
        """Leaves no part behind; does nothing to a file that is complete."""
        if self._upload_id is not None:
            wait(self._parts)  # a part that arrives after the abort would stay, and cost
            self._bucket.abort_upload(self._stored.file, self._upload_id)
            self._upload_id = None


class _Spool:
    """Files in the machine's temporary folder, for what would take long to make a second time."""

    def __init__(self, opened: contextlib.ExitStack) -> None:
        self._opened = opened
        self._files: dict[str, Any] = {}

    @staticmethod
    def has_room(size: int) -> bool:
        return shutil.disk_usage(tempfile.gettempdir()).free > 2 * size

    def write(self, name: str, data: memoryview) -> None:
        if name not in self._files:
            self._files[name] = self._opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (closed by the stack)
        self._files[name].write(data)

    def read(self, names: Iterable[str]) -> Iterator[tuple[str, memoryview]]:
        for name in names:
            file = self._files[name]
            file.seek(0)
            while data := file.read(1 << 20):
                yield name, memoryview(data)


class _Bucket:
    """A folder of S3.

    Needs s3:PutObject and s3:AbortMultipartUpload. With s3:GetObject it finds an existing bundle before the upload
    instead of after it, and does not send again what an interrupted upload has left; with s3:DeleteObject, too,
    it removes the files of the bundle that it replaces.
    """

    def __init__(self, client: Any, pool: ThreadPoolExecutor, uri: str, overwrite: bool, triggers: bool) -> None:
        self._bucket, _, prefix = uri[len("s3://") :].partition("/")
        if not self._bucket or not prefix.strip("/"):
            raise BundleError(f"{uri} names no folder in a bucket, as s3://bucket/prefix/ does")
        self._prefix = prefix.rstrip("/") + "/"
        self._uri = uri
        self._client = client
        self._pool = pool
        self._overwrite = overwrite
        self._triggers = triggers
        self._in_flight: deque[tuple[Future[dict[str, Any]], io.BytesIO]] = deque()
        self._spare: list[io.BytesIO] = []
        if not overwrite and self._head("meta.json") is not None:
            raise BundleError(f"{uri} holds a bundle already: name another prefix, or allow it by overwrite")

    def _head(self, file: str) -> dict[str, Any] | None:
        """What S3 says of a file; None where it is not there, or may not be seen."""
        with self._unless_refused():
            return self._call("head_object", file, ChecksumMode="ENABLED")
        return None

    @contextlib.contextmanager
    def _unless_refused(self) -> Iterator[None]:
        """Passes over what is not there or not allowed."""
        from botocore.exceptions import ClientError

        try:
            yield
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
                raise

    def _call(self, method: str, file: str, **parameters: Any) -> dict[str, Any]:
        """Calls S3, leaving out what an older boto3 does not know."""
        operation = self._client.meta.method_to_api_mapping[method]
        known = self._client.meta.service_model.operation_model(operation).input_shape.members
        allowed = {name: value for name, value in parameters.items() if name in known}
        return getattr(self._client, method)(Bucket=self._bucket, Key=self._prefix + file, **allowed)

    def take(self, contents: _Contents) -> dict[str, _Stored]:
        """Reads everything for the checksums, by which the files are named, and then again to send it."""
        sums: dict[str, _Sum] = {}
        with contextlib.ExitStack() as opened:
            is_spooled = not contents.is_cheap and _Spool.has_room(sum(contents.sizes.values()))
            spool = _Spool(opened) if is_spooled else None
            contents.passes = 2
            for name, data in contents.read():
                sums.setdefault(name, _Sum()).add(data)
                if spool is not None:
                    spool.write(name, data)
                contents.report(name, len(data))
                del data
            stored = {name: _Stored.of(name, total) for name, total in sums.items()}
            missing = {name: each for name, each in stored.items() if not self._is_there(each)}
            for name in stored.keys() - missing.keys():
                contents.report(name, stored[name].bytes)
            if missing:
                self._send(contents, contents.read() if spool is None else spool.read(missing), missing)
        for each in stored.values():
            head = self._head(each.file)
            if head is not None and not self._is_same(head, each):
                raise BundleError(f"{self._uri} holds another {each.file} than was sent: write it again")
        return stored

    def _is_same(self, head: dict[str, Any], stored: _Stored) -> bool:
        checksum = head.get("ChecksumCRC32", "")
        is_whole = checksum != "" and "-" not in checksum  # parts that an older boto3 has sent have no CRC-32 in all
        return head["ContentLength"] == stored.bytes and (not is_whole or checksum == _base64(stored.crc32))

    def _is_there(self, stored: _Stored) -> bool:
        head = self._head(stored.file)
        return head is not None and head.get("ChecksumCRC32") == _base64(stored.crc32) and self._is_same(head, stored)

    def _send(self, contents: _Contents, pieces: Iterator[tuple[str, memoryview]], missing: dict[str, _Stored]) -> None:
        with contextlib.ExitStack() as aborts:
            senders = {}
            for name, data in pieces:
                if name not in missing:
                    continue
                if name not in senders:
                    senders[name] = _Sender(self, missing[name])
                    aborts.callback(senders[name].abort)
                senders[name].write(data)
                contents.report(name, len(data))
                del data
            if any(sender.left > 0 for sender in senders.values()):
                raise BundleError(CHANGED)

    def begin_upload(self, file: str) -> str:
        kind = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
        return self._call("create_multipart_upload", file, **kind)["UploadId"]

    def buffer(self) -> io.BytesIO:
        """A buffer to write over, one that has been sent where there is one: new ones would leave gaps in the heap."""
        buffer = self._spare.pop() if self._spare else io.BytesIO()
        buffer.seek(0)
        return buffer

    def keep(self, buffer: io.BytesIO) -> None:
        self._spare.append(buffer)

    def send_part(self, file: str, upload_id: str, number: int, body: io.BytesIO) -> Future[dict[str, Any]]:
        """Sends a part when few enough are under way; what one of them failed with is raised here."""
        while len(self._in_flight) >= PARTS_IN_FLIGHT:
            oldest, sent = self._in_flight.popleft()
            oldest.result()
            self._spare.append(sent)
        body.truncate()

        def send() -> dict[str, Any]:
            body.seek(0)
            part = {"UploadId": upload_id, "PartNumber": number, "ChecksumAlgorithm": "CRC32"}
            sent = self._call("upload_part", file, **part, Body=body)
            known = {key: value for key, value in sent.items() if key in ("ETag", "ChecksumCRC32")}
            return {"PartNumber": number, **known}

        part = self._pool.submit(send)
        self._in_flight.append((part, body))
        return part

    def complete_upload(self, stored: _Stored, upload_id: str, parts: list[dict[str, Any]]) -> None:
        """Lets S3 refuse what is not what was read for the checksum."""
        checksum = {"ChecksumCRC32": _base64(stored.crc32), "ChecksumType": "FULL_OBJECT"}
        self._call(
            "complete_multipart_upload", stored.file, UploadId=upload_id, MultipartUpload={"Parts": parts}, **checksum
        )

    def abort_upload(self, file: str, upload_id: str) -> None:
        self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._prefix + file, UploadId=upload_id)

    def put(self, stored: _Stored, body: io.BytesIO) -> None:
        body.truncate()
        body.seek(0)
        self._call("put_object", stored.file, Body=body, ChecksumCRC32=_base64(stored.crc32))

    def publish(self, meta: bytes) -> None:
        before = None
        with self._unless_refused():
            before = self._call("get_object", "meta.json")["Body"].read() if self._overwrite else None
        condition = {} if self._overwrite else {"IfNoneMatch": "*"}
        if self._triggers:
            self._call("put_object", "meta.json", Body=meta, ChecksumAlgorithm="CRC32", **condition)
        else:
            self._publish_in_parts(meta, condition)
        for file in _files_of(before) - _files_of(meta):
            with self._unless_refused():
                self._call("delete_object", file)

    def _publish_in_parts(self, meta: bytes, condition: dict[str, str]) -> None:
        """The rule that starts runs knows a bundle by a ``meta.json`` that came in one piece."""
        upload_id = self.begin_upload("meta.json")
        try:
            part = {"UploadId": upload_id, "PartNumber": 1, "ChecksumAlgorithm": "CRC32"}
            sent = self._call("upload_part", "meta.json", **part, Body=meta)
            crc32 = _base64(f"{zlib.crc32(meta):08x}")
            parts = [{"PartNumber": 1, "ETag": sent["ETag"], "ChecksumCRC32": crc32}]
            self._call(
                "complete_multipart_upload",
                "meta.json",
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},
                ChecksumCRC32=crc32,
                ChecksumType="FULL_OBJECT",
                **condition,
            )
        except BaseException:
            with self._unless_refused():
                self.abort_upload("meta.json", upload_id)
            raise


@contextlib.contextmanager
def _destination(uri: str, overwrite: bool, triggers: bool) -> Iterator[_Destination]:
    if uri.startswith("s3://"):
        with _aws("s3", f"writing to {uri}") as client, ThreadPoolExecutor(PARTS_IN_FLIGHT) as pool:
            yield _Bucket(client, pool, uri, overwrite, triggers)
    elif "://" in uri:
        raise BundleError(f"{uri} is neither a folder nor s3://bucket/prefix/")
    else:
        yield _Folder(uri, overwrite)


# --- writing -------------------------------------------------------------------------------------------------------


def _names_meta(names: _Names | None, stored: _Stored | None, **more: str) -> dict[str, Any] | None:
    return None if names is None or stored is None else {**stored._asdict(), "count": names.count, **more}


def _write(source: _Source, destination: _Destination, contents: _Contents) -> dict[str, Any]:
    stored = destination.take(contents)
    groups = source.groups
    meta = {
        "format": "sparse-csr-bundle",
        "version": 2,
        "shape": list(source.shape),
        "nnz": source.nnz,
        "arrays": {name.partition(".")[0]: stored[name]._asdict() for name in ARRAYS},
        "dtype": source.dtype.str,
        "indexDtype": source.index_dtype.str,
        "fillValue": source.fill,
        "columnNames": _names_meta(source.columns, stored.get("columns.json")),
        "rowNames": _names_meta(
            source.index, stored.get("index.json"), title="" if source.index is None else source.index.title
        ),
        "groups": None if groups is None else [{"dtype": kind.str, "fillValue": fill} for kind, fill in groups.kinds],
        "columnGroups": None if groups is None else stored["groups.npy"]._asdict(),
        "writer": {"numpy": np.__version__, "python": platform.python_version()},
    }
    destination.publish(json.dumps(meta, indent=1).encode())
    return meta


def _named(source: _Source, columns: Any, index: Any) -> _Source:
    """Takes the names that are given instead of those that the source has."""
    if columns is not None:
        source = source._replace(columns=_given_names(columns, "columns"))
    if index is False:
        source = source._replace(index=None)
    elif index is not None:
        source = source._replace(index=_given_names(index, "index"))
    for what, names, count in (("columns", source.columns, source.shape[1]), ("rows", source.index, source.shape[0])):
        if names is not None and names.count != count:
            raise BundleError(f"{names.count} {what[:-1]} names were given, the matrix has {count} {what}")
    return source


@contextlib.contextmanager
def _source(matrix: Any, columns: Any, index: Any, convert: bool) -> Iterator[_Source]:
    pandas = sys.modules.get("pandas")  # who has a frame has imported it
    with contextlib.ExitStack() as opened:
        if isinstance(matrix, (str, os.PathLike)):
            source = opened.enter_context(_npz_source(os.fspath(matrix), convert))
        elif pandas is not None and isinstance(matrix, pandas.DataFrame):
            source = _frame_source(matrix, with_columns=columns is None, with_index=index is None)
        else:
            source = _matrix_source(matrix, convert)
        yield _named(source, columns, index)


def write_bundle(
    matrix: Any,
    destination: str | os.PathLike[str],
    *,
    columns: Iterable[str] | None = None,
    index: Iterable[str] | bool | None = None,
    band_bytes: int = BAND_BYTES,
    progress: Progress | None = None,
    convert: bool = False,
    overwrite: bool = False,
    triggers: bool = True,
) -> dict[str, Any]:
    """Writes a matrix as a CSR bundle and returns its ``meta.json``.

    Beside the matrix it takes about 64 MB; more where a file passes 52 GB, whose parts grow so that they are 9,999.
    For S3 a frame or a compressed file goes through the machine's temporary folder, if it has the room.
    After an error there is no new ``meta.json``, no multipart upload under way, and no temporary file. Files that have
    reached S3 stay, and are not sent again when the same matrix is written there again.

    :param matrix: a SciPy CSR matrix or array, a pandas frame of numbers, sparse and dense, or the path of an ``.npz``
        file by ``scipy.sparse.save_npz``, compressed or not.
    :param destination: ``s3://bucket/prefix/``, or a folder, which is made. boto3 finds credentials as it always does.
    :param columns: names in the order of the columns, or a pandas index; a frame's own by default, otherwise none.
    :param index: names in the order of the rows, or a pandas index; a frame's own by default unless they are 0, 1, 2,
        …, otherwise none; False leaves them out.
    :param band_bytes: bytes of entries that are worked on at once.
    :param progress: called with bytes done and bytes in all after each piece; S3 counts each byte twice where it is
        read once for its checksum and once to be sent.
    :param convert: makes CSR of any other SciPy format first, which is a second copy in memory.
    :param overwrite: replaces a bundle that is there, which stays whole until the new one is.
    :param triggers: False keeps the event of the bundle from starting a run, for a request of one's own.
    :raises BundleError: the matrix cannot be written as it is, or AWS refused.
    :raises OSError: the folder cannot be written.
    """
    with (
        _source(matrix, columns, index, convert) as source,
        _destination(os.fspath(destination), overwrite, triggers) as place,
    ):
        return _write(source, place, _Contents(source, band_bytes, progress))


# --- command line --------------------------------------------------------------------------------------------------


def _cause(execution: dict[str, Any]) -> str:
    """What made an execution fail, as one sentence; Lambda wraps it in JSON."""
    cause = execution.get("cause") or f"it ended as {execution['status']}"
    with contextlib.suppress(ValueError, KeyError, TypeError):
        cause = json.loads(cause)["errorMessage"]
    return f"{execution.get('error', 'the execution')}: {cause}"


def _run(machine: str, request: dict[str, Any], wait_for_end: bool) -> str:
    """Starts an execution. @returns its ARN, or when it was waited for its manifest's URI."""
    region = machine.split(":")[3] if machine.count(":") >= 6 else None
    with _aws("stepfunctions", f"starting {machine}", region) as states:
        arn = states.start_execution(stateMachineArn=machine, input=json.dumps(request))["executionArn"]
        if not wait_for_end:
            return arn
        while (execution := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(POLL_SECONDS)
    if execution["status"] != "SUCCEEDED":
        raise BundleError(f"the execution {arn} failed: {_cause(execution)}")
    return json.loads(execution["output"]).get("manifest", execution["output"])


def _read_names(path: str | None) -> list[str] | None:
    """Reads names from a JSON array, or from a text file of one name a line."""
    if path is None:
        return None
    try:
        text = Path(path).read_text("utf-8")
        names = json.loads(text) if path.endswith(".json") else text.removesuffix("\n").split("\n")
    except ValueError as error:
        raise BundleError(f"{path} is not read as names ({error})") from error
    if not isinstance(names, list):
        raise BundleError(f"{path} holds no JSON array of names")
    return names


def _print_progress() -> Progress:
    """A line for each tenth."""
    last = -1

    def progress(done: int, total: int) -> None:
        nonlocal last
        tenth = 10 * done // total
        if tenth > last:
            last = tenth
            print(f"sparse_to_s3: {10 * tenth} % of {total / 1e6:,.1f} MB", file=sys.stderr, flush=True)

    return progress


def _json_object(text: str) -> dict[str, Any]:
    request = json.loads(text)
    if not isinstance(request, dict) or "source" in request:
        raise ValueError("an object without source is expected")
    return request


_json_object.__name__ = "JSON object without source"  # argparse names it so


def _program() -> str:
    """What this was started as: the command of the package, or this file."""
    name = Path(sys.argv[0]).name
    return name if name.startswith("sparse-fanout") else "python -m sparse_to_s3"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_program(),
        description="Writes an .npz file of scipy.sparse.save_npz as a CSR bundle for sparse-fanout, in bands.",
        epilog="Exit codes: 0 done, 1 the job failed or the matrix was refused, 2 wrong usage.",
    )
    parser.add_argument("matrix", help="the .npz file, compressed or not")
    parser.add_argument("destination", help="s3://bucket/prefix/ or a folder")
    parser.add_argument("--columns", metavar="FILE", help="names of the columns: one a line, or a .json array")
    parser.add_argument("--index", metavar="FILE", help="names of the rows, likewise")
    parser.add_argument("--convert", action="store_true", help="make CSR of another format, in memory")
    parser.add_argument("--overwrite", action="store_true", help="replace a bundle that is there")
    parser.add_argument("--progress", action="store_true", help="show progress, as on a terminal")
    parser.add_argument(
        "--start", metavar="ARN", help="state machine to start on the bundle; its event starts no other run"
    )
    parser.add_argument("--request", metavar="JSON", type=_json_object, help="what else to ask for")
    parser.add_argument("--wait", action="store_true", help="wait for the manifest, and print its URI")
    return parser


def _upload(options: argparse.Namespace) -> str:
    wants_progress = options.progress or sys.stderr.isatty()
    write_bundle(
        options.matrix,
        options.destination,
        columns=_read_names(options.columns),
        index=_read_names(options.index),
        progress=_print_progress() if wants_progress else None,
        convert=options.convert,
        overwrite=options.overwrite,
        triggers=options.start is None,
    )
    uri = options.destination.rstrip("/") + "/"
    if options.start is None:
        return uri
    return _run(options.start, {"source": uri, **(options.request or {})}, options.wait)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; prints the bundle's place, the execution's ARN, or the manifest's URI.

    :returns: 0 done, 1 failed; wrong usage exits with 2.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.start is None and (options.wait or options.request is not None):
        parser.error("--wait and --request need --start")
    if options.start is not None and not options.destination.startswith("s3://"):
        parser.error("--start needs a destination in S3")
    try:
        print(_upload(options))
    except (BundleError, OSError) as error:
        print(f"sparse_to_s3: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sparse_to_s3: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
