"""Writes a sparse matrix as a CSR bundle for sparse-fanout, to S3 or a folder, in bands.

    import sparse_to_s3
    sparse_to_s3.write_bundle(X, "s3://bucket/prefix/", columns=vectorizer.get_feature_names_out())

    python -m sparse_to_s3 matrix.npz s3://bucket/prefix/ --columns names.txt

A bundle is the folder ``indptr.npy``, ``indices.npy``, ``data.npy``, ``columns.json`` where there are names, and
``meta.json``, which is written last: its existence says that the bundle is complete.

This one file needs NumPy and SciPy; pandas is touched only if it is given a frame, boto3 only for ``s3://``.
Nothing is copied as a whole: beyond the matrix, some bands of ``band_bytes`` are held.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import sys
import time
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Callable, NamedTuple, Protocol

import numpy as np
import scipy.sparse

__all__ = ["BundleError", "main", "write_bundle"]

ARRAYS = ("indptr.npy", "indices.npy", "data.npy")

#: A band of a frame takes twice that while its columns become rows.
BAND_BYTES = 8 * 1024 * 1024
#: Of a frame; bounds what is held of indptr where rows are nearly empty.
MAX_BAND_ROWS = 1 << 16
FIRST_BAND_ROWS = 1024

#: Two are filled and some are sent at a time.
PART_BYTES = 5 * 1024 * 1024
#: S3 takes 10,000.
MAX_PARTS = 9_999
PARTS_IN_FLIGHT = 3

POLL_SECONDS = 1.0

Progress = Callable[[int, int], None]
Pieces = Iterator["tuple[str, np.ndarray]"]


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


class _Source(NamedTuple):
    """What is written: a matrix as it lies somewhere, and how to walk through it once, in order."""

    shape: tuple[int, int]
    nnz: int
    dtype: np.dtype
    fill: int | bool | str
    names: list[str] | None
    #: Called once with the bytes of a band; yields pieces of the three arrays, each array's in order.
    pieces: Callable[[int], Pieces]

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


def _csr_source(shape: tuple[int, int], arrays: dict[str, _Array], names: list[str] | None) -> _Source:
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
    return _Source((rows, columns), nnz, dtype, False if dtype.kind == "b" else 0, names, pieces)


def _matrix_source(matrix: Any, names: list[str] | None, convert: bool) -> _Source:
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
    return _csr_source((rows, columns), arrays, names)


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
def _npz_source(path: str, names: list[str] | None, convert: bool) -> Iterator[_Source]:
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
        yield _matrix_source(matrix, names, convert)
        return
    with zipfile.ZipFile(path) as archive:
        with _reading(path):
            arrays = {name: _member(archive, path, name) for name in ARRAYS}
        yield _csr_source((rows, columns), arrays, names)


# --- pandas --------------------------------------------------------------------------------------------------------


def _is_number_dtype(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf" and dtype.itemsize <= 8


def _frame_fix(dtypes: Iterable[Any]) -> str:
    """The line that makes every column sparse, of one dtype, with fill 0, in every version of pandas.

    ``frame.astype(pd.SparseDtype(...))`` is none: it keeps the stored values and changes the fill, and so the numbers.
    """
    numbers = [dtype for dtype in dtypes if _is_number_dtype(dtype)]
    dtype = np.result_type(*numbers) if numbers else np.dtype("float64")
    return (
        "frame = frame.apply(lambda column: pd.Series(pd.arrays.SparseArray(np.asarray(column),"
        f' dtype=pd.SparseDtype("{dtype.name}", {dtype.type(0).item()})), index=column.index))'
    )


def _is_allowed_fill(dtype: np.dtype, fill: Any) -> bool:
    """A fill of another type than the column's is refused too: it changes what pandas prints."""
    is_bool = isinstance(fill, (bool, np.bool_))
    if dtype.kind == "b" or is_bool:
        return dtype.kind == "b" and is_bool and not fill
    if dtype.kind == "f" and isinstance(fill, (float, np.floating)):
        return bool(np.isnan(fill) or (fill == 0 and not np.signbit(fill)))
    return isinstance(fill, (int, np.integer)) and fill == 0


def _check_column(name: Any, dtype: Any, fix: str) -> None:
    subtype = getattr(dtype, "subtype", dtype)
    if not _is_number_dtype(subtype):
        convertible = isinstance(subtype, np.dtype) and subtype.kind in "fc"
        line = fix if convertible else f"frame = frame.drop(columns=[{name!r}])"
        raise BundleError(f"column {name!r} is {dtype}, allowed are bool, integers and floats of up to 64 bits: {line}")
    if not isinstance(dtype, sys.modules["pandas"].SparseDtype):
        raise BundleError(f"column {name!r} is dense ({dtype}), all columns must be sparse: {fix}")
    if not _is_allowed_fill(subtype, dtype.fill_value):
        raise BundleError(
            f"column {name!r} is {subtype} with fill {dtype.fill_value!r},"
            f" allowed fills are 0, False of bool, and NaN of floats: {fix}"
        )


def _frame_type(frame: Any) -> tuple[np.dtype, int | bool | str]:
    """Checks that all columns are sparse, of one dtype and one fill, and returns the two."""
    dtypes = list(frame.dtypes)
    if not dtypes:
        raise BundleError("the frame has no columns, at least one is needed")
    fix = _frame_fix({getattr(dtype, "subtype", dtype) for dtype in dtypes})
    for name, dtype in zip(frame.columns, dtypes):
        _check_column(name, dtype, fix)
    subtype, fill = dtypes[0].subtype, dtypes[0].fill_value
    for name, dtype in zip(frame.columns, dtypes):
        if dtype.subtype != subtype or np.isnan(dtype.fill_value) != np.isnan(fill):
            raise BundleError(
                f"column {frame.columns[0]!r} is {dtypes[0]} and column {name!r} is {dtype},"
                f" all columns must have the same dtype and fill: {fix}"
            )
    if subtype.kind == "b":
        return _checked_dtype(subtype), False
    return _checked_dtype(subtype), "NaN" if np.isnan(fill) else 0


def _frame_names(frame: Any) -> list[str] | None:
    """Column labels, numbers as text; None for pandas' own 0, 1, 2, …"""
    labels = frame.columns
    if isinstance(labels, sys.modules["pandas"].RangeIndex) and list(labels[:2]) == [0, 1][: len(labels)]:
        return None
    numbers = (int, np.integer)
    return [str(each) if isinstance(each, numbers) and not isinstance(each, bool) else each for each in labels]


class _FrameColumns:
    """The entries of a sparse frame, column by column as pandas holds them; nothing is copied.

    Only columns of ``kind="block"`` get their row numbers written out, 4 bytes per entry.
    """

    def __init__(self, frame: Any) -> None:
        arrays = [frame.iloc[:, column].array for column in range(frame.shape[1])]
        self.rows = [array.sp_index.to_int_index().indices for array in arrays]
        self.values = [array.sp_values for array in arrays]
        self.nnz = sum(len(values) for values in self.values)

    def entries_above(self, row: int) -> np.ndarray:
        """Of each column, how many entries lie above a row."""
        key = np.int32(row)  # as the arrays: for a key of another dtype NumPy would convert each of them
        return np.fromiter((rows.searchsorted(key) for rows in self.rows), np.int64, len(self.rows))

    def band(self, row: int, rows: int, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...]:
        """The rows from `row` on, which hold entries `starts` to `ends` of each column: their indptr, indices, data."""
        runs = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist())]
        row_numbers = np.concatenate([each[run] for each, run in zip(self.rows, runs)])
        row_numbers -= np.int32(row)
        values = np.concatenate([each[run] for each, run in zip(self.values, runs)])
        bits = values.view(f"u{values.itemsize}")  # SciPy knows no half precision, and nothing is computed
        indptr = np.concatenate([[0], np.cumsum(ends - starts)])
        band = scipy.sparse.csc_matrix((bits, row_numbers, indptr), (rows, len(runs))).tocsr()
        return band.indptr, band.indices, band.data.view(values.dtype)


def _band_pieces(band: tuple[np.ndarray, ...], nnz: int) -> Pieces:
    indptr, indices, data = band
    yield "indptr.npy", indptr[1:] + np.int64(nnz)
    yield "indices.npy", indices
    yield "data.npy", data


def _frame_pieces(columns: _FrameColumns, row_count: int, band_entries: int) -> Pieces:
    """Turns one band of rows after the other from columns into rows; a band has so many entries or a single row."""
    row, rows, nnz = 0, FIRST_BAND_ROWS, 0
    starts = np.zeros(len(columns.rows), np.int64)
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


def _frame_source(frame: Any, names: list[str] | None) -> _Source:
    dtype, fill = _frame_type(frame)
    names = _frame_names(frame) if names is None else names
    columns = _FrameColumns(frame)

    def pieces(band_bytes: int) -> Pieces:
        return _frame_pieces(columns, frame.shape[0], _elements(band_bytes, 4 + dtype.itemsize))

    return _Source(frame.shape, columns.nnz, dtype, fill, names, pieces)


# --- destinations --------------------------------------------------------------------------------------------------


class _File(Protocol):
    """A file of a bundle while it is written."""

    def write(self, data: memoryview) -> None:
        """Takes the next bytes; they may be reused afterwards."""

    def close(self) -> dict[str, str]:
        """Makes the whole file visible, and returns its version where there are versions."""

    def abort(self) -> None:
        """Leaves nothing behind; does nothing to a file that is closed."""


class _Destination(Protocol):
    """Where a bundle goes."""

    def create(self, name: str, size: int) -> _File:
        """Begins a file whose length is known."""

    def before_change(self) -> None:
        """Called once, when all arrays have been taken and before the first of them appears."""


class _FolderFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file = open(self._part, "wb")  # noqa: SIM115 (closed by close or abort)

    def write(self, data: memoryview) -> None:
        self._file.write(data)

    def close(self) -> dict[str, str]:
        self._file.close()
        os.replace(self._part, self._path)
        return {}

    def abort(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)


class _Folder:
    def __init__(self, path: str, overwrite: bool) -> None:
        self._path = Path(path)
        if not overwrite and (self._path / "meta.json").exists():
            raise BundleError(f"{path} holds a bundle already: name another folder, or allow it by overwrite")
        self._path.mkdir(parents=True, exist_ok=True)

    def create(self, name: str, size: int) -> _File:
        return _FolderFile(self._path / name)

    def before_change(self) -> None:
        for name in ("meta.json", "columns.json"):
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


class _S3File:
    """Sends a part while the next one is filled; a file that is shorter than a part is put at once."""

    def __init__(self, bucket: _Bucket, key: str, part_bytes: int) -> None:
        self._bucket = bucket
        self._key = key
        self._part_bytes = part_bytes
        self._buffer = bucket.buffer()
        self._parts: list[Future[dict[str, Any]]] = []
        self._upload_id: str | None = None

    def write(self, data: memoryview) -> None:
        while len(data) > 0:
            room = self._part_bytes - self._buffer.tell()
            self._buffer.write(data[:room])
            data = data[room:]
            if self._buffer.tell() == self._part_bytes:
                self._send()

    def _send(self) -> None:
        if self._upload_id is None:
            self._upload_id = self._bucket.begin_upload(self._key)
        number = len(self._parts) + 1
        self._parts.append(self._bucket.send_part(self._key, self._upload_id, number, self._buffer))
        self._buffer = self._bucket.buffer()

    def close(self) -> dict[str, str]:
        if self._upload_id is None:
            stored = self._bucket.put(self._key, self._buffer)
        else:
            if self._buffer.tell() > 0:
                self._send()
            parts = [part.result() for part in self._parts]
            stored = self._bucket.complete_upload(self._key, self._upload_id, parts)
            self._upload_id = None
        version = {"versionId": stored["VersionId"]} if "VersionId" in stored else {}
        return {"etag": stored["ETag"].strip('"'), **version}

    def abort(self) -> None:
        if self._upload_id is not None:
            wait(self._parts)  # a part that arrives after the abort would stay, and cost
            self._bucket.abort_upload(self._key, self._upload_id)
            self._upload_id = None


class _Bucket:
    """A folder of S3.

    Needs s3:PutObject and s3:AbortMultipartUpload; s3:DeleteObject to replace a bundle; and s3:GetObject to
    find an existing bundle before the upload instead of after it.
    """

    def __init__(self, client: Any, pool: ThreadPoolExecutor, uri: str, overwrite: bool) -> None:
        self._bucket, _, prefix = uri[len("s3://") :].partition("/")
        if not self._bucket or not prefix.strip("/"):
            raise BundleError(f"{uri} names no folder in a bucket, as s3://bucket/prefix/ does")
        self._prefix = prefix.rstrip("/") + "/"
        self._meta = self._prefix + "meta.json"
        self._client = client
        self._pool = pool
        self._overwrite = overwrite
        self._in_flight: deque[tuple[Future[dict[str, Any]], io.BytesIO]] = deque()
        self._spare: list[io.BytesIO] = []
        if not overwrite and self._is_there(self._meta):
            raise BundleError(f"{uri} holds a bundle already: name another prefix, or allow it by overwrite")

    def _is_there(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                return False
            raise
        return True

    def _call(self, method: str, key: str, **parameters: Any) -> dict[str, Any]:
        """Calls S3 with a CRC-32 over the whole object, leaving out what an older boto3 does not know."""
        operation = self._client.meta.method_to_api_mapping[method]
        known = self._client.meta.service_model.operation_model(operation).input_shape.members
        given = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT", **parameters}
        allowed = {name: value for name, value in given.items() if name in known}
        return getattr(self._client, method)(Bucket=self._bucket, Key=key, **allowed)

    def begin_upload(self, key: str) -> str:
        return self._call("create_multipart_upload", key)["UploadId"]

    def buffer(self) -> io.BytesIO:
        """A buffer to write over, one that has been sent where there is one: new ones would leave gaps in the heap."""
        buffer = self._spare.pop() if self._spare else io.BytesIO()
        buffer.seek(0)
        return buffer

    def send_part(self, key: str, upload_id: str, number: int, body: io.BytesIO) -> Future[dict[str, Any]]:
        """Sends a part when few enough are under way; what one of them failed with is raised here."""
        while len(self._in_flight) >= PARTS_IN_FLIGHT:
            oldest, sent = self._in_flight.popleft()
            oldest.result()
            self._spare.append(sent)
        body.truncate()

        def send() -> dict[str, Any]:
            body.seek(0)
            stored = self._call("upload_part", key, UploadId=upload_id, PartNumber=number, Body=body)
            known = {key: value for key, value in stored.items() if key in ("ETag", "ChecksumCRC32")}
            return {"PartNumber": number, **known}

        part = self._pool.submit(send)
        self._in_flight.append((part, body))
        return part

    def complete_upload(self, key: str, upload_id: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
        return self._call("complete_multipart_upload", key, UploadId=upload_id, MultipartUpload={"Parts": parts})

    def abort_upload(self, key: str, upload_id: str) -> None:
        self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)

    def put(self, key: str, body: io.BytesIO) -> dict[str, Any]:
        body.truncate()
        body.seek(0)
        condition = {"IfNoneMatch": "*"} if key == self._meta else {}
        return self._call("put_object", key, Body=body, **condition)

    def create(self, name: str, size: int) -> _File:
        return _S3File(self, self._prefix + name, max(PART_BYTES, -(-size // MAX_PARTS)))

    def before_change(self) -> None:
        if self._overwrite:
            self._client.delete_object(Bucket=self._bucket, Key=self._meta)


@contextlib.contextmanager
def _destination(uri: str, overwrite: bool) -> Iterator[_Destination]:
    if uri.startswith("s3://"):
        with _aws("s3", f"writing to {uri}") as client, ThreadPoolExecutor(PARTS_IN_FLIGHT) as pool:
            yield _Bucket(client, pool, uri, overwrite)
    elif "://" in uri:
        raise BundleError(f"{uri} is neither a folder nor s3://bucket/prefix/")
    else:
        yield _Folder(uri, overwrite)


# --- writing -------------------------------------------------------------------------------------------------------


def _npy_header(dtype: np.dtype, length: int) -> bytes:
    header = io.BytesIO()
    fields = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(header, fields)
    return header.getvalue()


def _write_arrays(
    source: _Source, destination: _Destination, band_bytes: int, progress: Progress | None
) -> dict[str, dict[str, Any]]:
    """Writes the three arrays side by side, as the bands come. @returns what is known of each file."""
    arrays = source.arrays()
    headers = {name: _npy_header(*array) for name, array in arrays.items()}
    sizes = {name: len(headers[name]) + length * dtype.itemsize for name, (dtype, length) in arrays.items()}
    total, done = sum(sizes.values()), dict.fromkeys(arrays, 0)
    with contextlib.ExitStack() as aborts:
        files = {}
        for name, size in sizes.items():
            files[name] = destination.create(name, size)
            aborts.callback(files[name].abort)
            files[name].write(memoryview(headers[name]))
            done[name] = len(headers[name])
        for name, piece in source.pieces(band_bytes):
            data = np.ascontiguousarray(piece, arrays[name][0]).view(np.uint8).data
            files[name].write(data)
            done[name] += len(data)
            if progress is not None:
                progress(sum(done.values()), total)
            del piece, data  # so that they are gone when the next band is made
        if done != sizes:
            raise BundleError("the matrix changed while it was written: write it again")
        destination.before_change()
        return {name: {"bytes": sizes[name], **file.close()} for name, file in files.items()}


def _write_json(destination: _Destination, name: str, value: Any) -> dict[str, Any]:
    text = json.dumps(value).encode()
    file = destination.create(name, len(text))
    with contextlib.ExitStack() as aborts:
        aborts.callback(file.abort)
        file.write(memoryview(text))
        return {"bytes": len(text), **file.close()}


def _write(source: _Source, destination: _Destination, band_bytes: int, progress: Progress | None) -> dict[str, Any]:
    files = _write_arrays(source, destination, band_bytes, progress)
    if source.names is not None:
        files["columns.json"] = _write_json(destination, "columns.json", source.names)
    meta = {
        "format": "sparse-csr-bundle",
        "version": 1,
        "shape": list(source.shape),
        "nnz": source.nnz,
        "dtype": source.dtype.str,
        "indexDtype": source.index_dtype.str,
        "fillValue": source.fill,
        "files": files,
        "columns": None if source.names is None else "columns.json",
        "writer": {"numpy": np.__version__, "python": platform.python_version()},
    }
    _write_json(destination, "meta.json", meta)
    return meta


def _check_names(source: _Source) -> None:
    names = source.names
    if names is None:
        return
    for name in names:
        if not isinstance(name, str):
            raise BundleError(
                f"column name {name!r} is a {type(name).__name__}, names are text: columns=list(map(str, frame.columns))"
            )
    if len(names) != source.shape[1]:
        raise BundleError(f"{len(names)} column names were given, the matrix has {source.shape[1]} columns")
    try:
        "".join(names).encode()
    except UnicodeEncodeError as error:
        raise BundleError(f"a column name cannot be written as UTF-8 ({error})") from error


@contextlib.contextmanager
def _source(matrix: Any, columns: Iterable[str] | None, convert: bool) -> Iterator[_Source]:
    if isinstance(columns, (str, bytes)):
        raise BundleError("columns is one text, a list of names is expected: columns=[…]")
    names = None if columns is None else list(columns)
    pandas = sys.modules.get("pandas")  # who has a frame has imported it
    with contextlib.ExitStack() as opened:
        if isinstance(matrix, (str, os.PathLike)):
            source = opened.enter_context(_npz_source(os.fspath(matrix), names, convert))
        elif pandas is not None and isinstance(matrix, pandas.DataFrame):
            source = _frame_source(matrix, names)
        else:
            source = _matrix_source(matrix, names, convert)
        _check_names(source)
        yield source


def write_bundle(
    matrix: Any,
    destination: str | os.PathLike[str],
    *,
    columns: Iterable[str] | None = None,
    band_bytes: int = BAND_BYTES,
    progress: Progress | None = None,
    convert: bool = False,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Writes a matrix as a CSR bundle and returns its ``meta.json``.

    Beside the matrix it takes about 64 MB; more where a file passes 52 GB, whose parts grow so that they are 9,999.
    After an error there is no new ``meta.json``, no multipart upload under way, and no temporary file.

    :param matrix: a SciPy CSR matrix or array, a pandas frame of sparse columns (its index is not written), or the path
        of an ``.npz`` file by ``scipy.sparse.save_npz``, compressed or not.
    :param destination: ``s3://bucket/prefix/``, or a folder, which is made. boto3 finds credentials as it always does.
    :param columns: names in the order of the columns; a frame's own by default, otherwise none.
    :param band_bytes: bytes of entries that are worked on at once.
    :param progress: called with bytes done and bytes in all after each piece.
    :param convert: makes CSR of any other SciPy format first, which is a second copy in memory.
    :param overwrite: replaces a bundle that is there.
    :raises BundleError: the matrix cannot be written as it is, or AWS refused.
    :raises OSError: the folder cannot be written.
    """
    with (
        _source(matrix, columns, convert) as source,
        _destination(os.fspath(destination), overwrite) as place,
    ):
        return _write(source, place, band_bytes, progress)


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
        raise BundleError(f"{path} is not read as names of columns ({error})") from error
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sparse_to_s3",
        description="Writes an .npz file of scipy.sparse.save_npz as a CSR bundle for sparse-fanout, in bands.",
        epilog="Exit codes: 0 done, 1 the job failed or the matrix was refused, 2 wrong usage.",
    )
    parser.add_argument("matrix", help="the .npz file, compressed or not")
    parser.add_argument("destination", help="s3://bucket/prefix/ or a folder")
    parser.add_argument("--columns", metavar="FILE", help="names of the columns: one a line, or a .json array")
    parser.add_argument("--convert", action="store_true", help="make CSR of another format, in memory")
    parser.add_argument("--overwrite", action="store_true", help="replace a bundle that is there")
    parser.add_argument("--progress", action="store_true", help="show progress, as on a terminal")
    parser.add_argument("--start", metavar="ARN", help="state machine to start on the bundle")
    parser.add_argument("--request", metavar="JSON", type=_json_object, help="what else to ask for")
    parser.add_argument("--wait", action="store_true", help="wait for the manifest, and print its URI")
    return parser


def _upload(options: argparse.Namespace) -> str:
    wants_progress = options.progress or sys.stderr.isatty()
    write_bundle(
        options.matrix,
        options.destination,
        columns=_read_names(options.columns),
        progress=_print_progress() if wants_progress else None,
        convert=options.convert,
        overwrite=options.overwrite,
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
