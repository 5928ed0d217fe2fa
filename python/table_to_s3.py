"""Writes a frame in memory as Parquet parts with one explicit schema, to S3 or a folder, in parallel threads.

    from table_to_s3 import write_table
    write_table(frame, "s3://bucket/prefix/", {"id": "bigint", "price": "decimal(9,2)", "tags": "varchar[]"})

The place is then the source of a table: ``{"source": "s3://bucket/prefix/"}``. Values are cast without loss, or the
first one that would lose something is named. Parts are only created, never replaced; ``_index.json``, which lists
them with their rows, lengths and CRC-32, is created last. Writing the same frame again changes nothing.

This file needs PyArrow, and its neighbour ``sparse_to_s3.py`` for S3; pandas is touched only if it is given a frame.
Beyond the frame, two parts for each thread are held.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, NamedTuple, Protocol, Union

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

try:
    from .sparse_to_s3 import BundleError, _aws, _base64, _run
except ImportError:
    from sparse_to_s3 import BundleError, _aws, _base64, _run

__all__ = ["TableError", "run", "write_table"]

INDEX = "_index.json"

#: The types of a table by all their names, as the requests of sparse-fanout know them.
SCALARS: dict[pa.DataType, tuple[str, ...]] = {
    pa.bool_(): ("boolean", "bool", "logical"),
    pa.int8(): ("tinyint", "int1"),
    pa.int16(): ("smallint", "int2", "int16", "short"),
    pa.int32(): ("integer", "int", "int4", "int32", "signed"),
    pa.int64(): ("bigint", "int64", "long"),
    pa.uint8(): ("utinyint", "uint8"),
    pa.uint16(): ("usmallint", "uint16"),
    pa.uint32(): ("uinteger", "uint32"),
    pa.uint64(): ("ubigint", "uint64"),
    pa.float32(): ("float", "real", "float4", "float32"),
    pa.float64(): ("double", "double precision", "float8", "float64"),
    pa.string(): ("varchar", "text", "string", "char", "bpchar", "character varying"),
    pa.binary(): ("blob", "bytea", "binary", "varbinary", "bytes"),
    pa.date32(): ("date", "date32"),
    pa.time64("us"): ("time", "time without time zone"),
    pa.timestamp("us"): ("timestamp", "datetime", "timestamp without time zone", "timestamp_us"),
    pa.timestamp("ms"): ("timestamp_ms",),
    pa.timestamp("ns"): ("timestamp_ns",),
    pa.timestamp("us", "UTC"): ("timestamptz", "timestamp with time zone"),
}
TYPES = {name: kind for kind, names in SCALARS.items() for name in names}
DECIMAL = re.compile(r"(?:decimal|numeric) ?\( ?(\d+) ?(?:, ?(\d+) ?)?\)")
MAX_PRECISION = 38

Schema = Union[Mapping[str, str], pa.Schema]


class TableError(BundleError):
    """What was given is no table of that schema, or its place holds another one: one sentence."""


def _scalar(words: str) -> pa.DataType | None:
    if words in TYPES:
        return TYPES[words]
    decimal = DECIMAL.fullmatch(words)
    if decimal is None:
        return None
    precision, scale = int(decimal[1]), int(decimal[2] or 0)
    return pa.decimal128(precision, scale) if 0 < precision <= MAX_PRECISION and scale <= precision else None


def _type(name: str, given: str) -> pa.DataType:
    """A type as a request spells it: a scalar, or lists of one."""
    words = " ".join(str(given).lower().split())
    lists = 0
    while words.endswith("[]"):
        words, lists = words[:-2].rstrip(), lists + 1
    kind = _scalar(words)
    if kind is None:
        allowed = ", ".join(names[0].upper() for names in SCALARS.values())
        raise TableError(
            f"schema: column {name!r} has the type {given!r}; allowed are {allowed}, DECIMAL(p, s) and type[]; "
            "give a pyarrow.Schema for structs and maps"
        )
    for _ in range(lists):
        kind = pa.list_(kind)
    return kind


def _schema(given: Schema) -> pa.Schema:
    if isinstance(given, pa.Schema):
        schema = given.remove_metadata()
    elif isinstance(given, Mapping):
        schema = pa.schema([(str(name), _type(name, kind)) for name, kind in given.items()])
    else:
        raise TableError(f"schema is a {type(given).__name__}; give a dict of names and types, or a pyarrow.Schema")
    folded = [name.lower() for name in schema.names]
    twins = {name for name in folded if folded.count(name) > 1} if len(set(folded)) < len(folded) else set()
    if not folded or twins or "" in folded:
        raise TableError(
            f"schema has {'columns of one name: ' + ', '.join(sorted(twins)) if twins else 'no columns, or an empty name'}; "
            "give each column a name of its own, of which no two differ in case alone"
        )
    return schema


# --- values ------------------------------------------------------------------------------------------------------


def _lossless(values: Any, kind: pa.DataType) -> Any:
    """Values as another type. @raises pa.ArrowInvalid, where Arrow itself would lose something silently."""
    if isinstance(values, pa.ChunkedArray):
        return pa.chunked_array([_lossless(chunk, kind) for chunk in values.chunks], type=kind)
    if pa.types.is_dictionary(values.type):
        # Not every kind of text can be taken out of a dictionary, such as those of Polars.
        return pc.take(_lossless(values.dictionary, kind), values.indices)
    if values.type == kind:
        return values
    if pa.types.is_timestamp(values.type) and pa.types.is_timestamp(kind) and bool(values.type.tz) != bool(kind.tz):
        given, due = ("an offset", "none") if values.type.tz else ("no offset", "one")
        raise pa.ArrowInvalid(f"its times have {given}, and the type has {due}")
    if pa.types.is_timestamp(values.type) and pa.types.is_date(kind):
        whole = pc.equal(values, pc.cast(pc.cast(values, pa.date32()), values.type))
        if not pc.all(whole, min_count=0).as_py():
            raise pa.ArrowInvalid("a time of day would be lost")
    if pa.types.is_string(kind) and values.type not in (pa.null(), pa.large_string(), pa.string_view()):
        raise pa.ArrowInvalid(f"{values.type} is no text")
    cast = pc.cast(values, kind, safe=True)
    if pa.types.is_floating(values.type) and (pa.types.is_decimal(kind) or pa.types.is_float32(kind)):
        same = pc.equal(pc.cast(cast, values.type), values)
        if not pc.all(pc.or_kleene(same, pc.is_nan(values)), min_count=0).as_py():
            raise pa.ArrowInvalid("a value would be rounded")
    return cast


def _converted(values: Any, kind: pa.DataType) -> Any:
    """A slice of a column of pandas or Arrow, as one array of its type."""
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        made = _lossless(values, kind)
    elif str(values.dtype) in ("object", "category"):
        # Python's own values: Arrow converts each by itself, and refuses those of another type.
        made = pa.array(values, type=kind, from_pandas=True, safe=True)
    else:
        made = _lossless(pa.array(values, from_pandas=True), kind)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


class _Frame(NamedTuple):
    """Columns that can be cut."""

    rows: int
    #: Values of a column from one row to another.
    cut: Callable[[str, int, int], Any]

    def part(self, schema: pa.Schema, start: int, end: int) -> pa.Table:
        arrays = [self._column(field, start, end) for field in schema]
        return pa.Table.from_arrays(arrays, schema=schema)

    def _column(self, field: pa.Field, start: int, end: int) -> Any:
        values = self.cut(field.name, start, end)
        try:
            return _converted(values, field.type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise self._problem(field, start, end) or TableError(
                f"column {field.name!r} does not become {_shown(field.type)}: {error}"
            ) from error

    def _problem(self, field: pa.Field, start: int, end: int) -> TableError | None:
        """The error of the first value that does not fit, found by halves."""
        said: Exception | None = None
        while end - start > 0:
            middle = (start + end + 1) // 2 if end - start > 1 else end
            try:
                _converted(self.cut(field.name, start, middle), field.type)
            except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
                said = error
                if middle - start == 1:
                    break
                end = middle
            else:
                start = middle
        if said is None or end == start:
            return None
        value = self.cut(field.name, start, start + 1)
        shown = value[0] if isinstance(value, (pa.Array, pa.ChunkedArray)) else value.iloc[0]
        # A scalar of Arrow or NumPy as Python's own.
        shown = next((getattr(shown, own)() for own in ("as_py", "item") if hasattr(shown, own)), shown)
        return TableError(
            f"column {field.name!r}, row {start}: {_short(repr(shown))} does not become {_shown(field.type)} ({_short(str(said))}); "
            "mend it, or give the column another type"
        )


def _shown(kind: pa.DataType) -> str:
    """A type as a request spells it; others as Arrow does."""
    return SCALARS[kind][0].upper() if kind in SCALARS else str(kind)


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _check_names(given: list[Any], schema: pa.Schema) -> None:
    names = [str(name) for name in given]
    problems = [
        *(f"has several columns {name!r}" for name in sorted({name for name in names if names.count(name) > 1})),
        *(f"has no column {name!r}" for name in schema.names if name not in names),
        *(f"has a column {name!r}, which schema does not name" for name in names if name not in schema.names),
    ]
    if problems:
        more = f", and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise TableError(f"the frame {'; it '.join(problems[:5])}{more}; the schema names each column of it once")


def _frame(frame: Any, schema: pa.Schema) -> _Frame:
    """A frame of pandas or Arrow; another one (Polars, DuckDB) by Arrow's own interface."""
    if hasattr(frame, "iloc") and hasattr(frame, "columns"):
        _check_names(list(frame.columns), schema)
        places = {str(name): at for at, name in enumerate(frame.columns)}
        return _Frame(len(frame), lambda name, start, end: frame.iloc[start:end, places[name]])
    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    if not isinstance(frame, pa.Table):
        if not hasattr(frame, "__arrow_c_stream__"):
            raise TableError(f"a {type(frame).__name__} is no frame; give one of pandas, Polars or PyArrow")
        frame = pa.table(frame)
    _check_names(frame.column_names, schema)
    return _Frame(frame.num_rows, lambda name, start, end: frame.column(name).slice(start, end - start))


# --- places ------------------------------------------------------------------------------------------------------


class _Place(Protocol):
    def create(self, name: str, content: memoryview, crc32: str) -> None:
        """@raises TableError: something else has that name."""


def _conflict(where: str) -> TableError:
    return TableError(f"{where} is there already, with other content; give a place of its own to each table")


class _Folder:
    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._path.mkdir(parents=True, exist_ok=True)

    def create(self, name: str, content: memoryview, crc32: str) -> None:
        path = self._path / name
        part = self._path / f".{name}.{os.getpid()}"
        try:
            part.write_bytes(content)
            # Fails where the name is taken, and is never seen half written.
            os.link(part, path)
        except FileExistsError:
            if path.stat().st_size != len(content) or zlib.crc32(path.read_bytes()) != int(crc32, 16):
                raise _conflict(str(path)) from None
        finally:
            part.unlink(missing_ok=True)


class _Bucket:
    def __init__(self, client: Any, uri: str) -> None:
        self._client = client
        self._bucket, _, prefix = uri[len("s3://") :].partition("/")
        self._prefix = prefix.rstrip("/") + "/" if prefix.rstrip("/") else ""
        if not self._bucket:
            raise TableError(f"{uri!r} names no bucket; give s3://bucket/prefix/")

    def create(self, name: str, content: memoryview, crc32: str) -> None:
        key = {"Bucket": self._bucket, "Key": self._prefix + name}
        checksum = _base64(crc32)
        try:
            self._client.put_object(**key, Body=content.tobytes(), IfNoneMatch="*", ChecksumCRC32=checksum)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            head = self._client.head_object(**key, ChecksumMode="ENABLED")
            if head["ContentLength"] != len(content) or head.get("ChecksumCRC32") != checksum:
                raise _conflict(f"s3://{self._bucket}/{key['Key']}") from error


@contextlib.contextmanager
def _place(uri: str) -> Iterator[_Place]:
    if "://" not in uri:
        yield _Folder(uri)
        return
    if not uri.startswith("s3://"):
        raise TableError(f"{uri!r} is no place; give s3://bucket/prefix/ or a folder")
    with _aws("s3", f"writing {uri}") as client:
        yield _Bucket(client, uri)


# --- writing -----------------------------------------------------------------------------------------------------


def _parquet(table: pa.Table, compression: str) -> memoryview:
    # A dictionary of numbers costs more time than it saves bytes.
    texts = [
        field.name
        for field in table.schema
        if pa.types.is_string(field.type) or pa.types.is_binary(field.type) or pa.types.is_nested(field.type)
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=compression, use_dictionary=texts, store_schema=False)
    return memoryview(sink.getvalue())


def _write_part(frame: _Frame, schema: pa.Schema, place: _Place, job: tuple[int, int, int], compression: str) -> dict:
    number, start, end = job
    name = f"part-{number:06}.parquet"
    content = _parquet(frame.part(schema, start, end), compression)
    crc32 = f"{zlib.crc32(content):08x}"
    place.create(name, content, crc32)
    return {"name": name, "rows": end - start, "bytes": len(content), "crc32": crc32}


def _in_order(
    pool: ThreadPoolExecutor, jobs: Iterator[Any], at_once: int, work: Callable[[Any], dict]
) -> Iterator[dict]:
    """Results in the order of the jobs, of which only some are begun."""
    begun: deque[Future[dict]] = deque()
    try:
        for job in jobs:
            begun.append(pool.submit(work, job))
            if len(begun) > at_once:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()


def write_table(
    frame: Any,
    uri: str,
    schema: Schema,
    rows: int = 100_000,
    *,
    compression: str = "snappy",
    threads: int | None = None,
) -> str:
    """Writes a frame as Parquet parts of ``rows`` rows in its order, and their index last.

    :param frame: of pandas, PyArrow, or anything with ``__arrow_c_stream__``, such as one of Polars. The index of a
        pandas frame is left out: ``frame.reset_index()`` makes it a column.
    :param uri: ``s3://bucket/prefix/`` or a folder; nothing in it is ever replaced.
    :param schema: names and types as a request spells them (``{"id": "bigint"}``), or a ``pyarrow.Schema``; it names
        every column, and the parts have them in its order.
    :param compression: ``snappy``, ``zstd``, ``gzip`` or ``none``.
    :param threads: of this process; by default one for each processor.
    :returns: the place, with a slash at its end: the ``source`` of a request.
    :raises TableError: a value does not fit its column, the names differ, or something else lies at the place.
    """
    if not (isinstance(rows, int) and rows > 0):
        raise TableError(f"rows is {rows!r}; give a whole number above 0")
    if compression not in ("snappy", "zstd", "gzip", "none"):
        raise TableError(f"compression is {compression!r}; give 'snappy', 'zstd', 'gzip' or 'none'")
    typed = _schema(schema)
    cut = _frame(frame, typed)
    at_once = threads or max(
        2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    )
    # One part without rows holds the schema of an empty frame.
    starts = range(0, max(cut.rows, 1), rows)
    jobs = ((number, start, min(start + rows, cut.rows)) for number, start in enumerate(starts))
    with _place(uri) as place, ThreadPoolExecutor(at_once) as pool:
        parts = list(
            _in_order(pool, jobs, at_once, lambda job: _write_part(cut, typed, place, job, compression)),
        )
        columns = [{"name": field.name, "type": str(field.type)} for field in typed]
        index = json.dumps({"version": 1, "rows": cut.rows, "columns": columns, "parts": parts}, ensure_ascii=False)
        content = memoryview(index.encode())
        place.create(INDEX, content, f"{zlib.crc32(content):08x}")
    return uri.rstrip("/") + "/"


def run(machine: str, uri: str, request: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
    """Starts a run over a place that was written.

    :param machine: ARN of the state machine, an output of the stack.
    :param request: its other fields, such as ``{"output": {"targetFileBytes": 268435456}}``.
    :returns: the manifest's URI, or the ARN of the execution where it is not waited for.
    :raises BundleError: the run failed; says why.
    """
    source = {"uri": uri.rstrip("/") + "/", "format": "parquet"}
    return _run(machine, {"source": source, **(request or {})}, wait)
