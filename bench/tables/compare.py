"""Ends with 1 unless two folders of Parquet files hold the same rows in the same order: `<ours> <other>`."""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

ROWS = 65_536


def files_of(folder):
    return sorted(Path(folder).glob("*.parquet"))


def batches(folder):
    """Tables of ROWS rows, whatever the files and row groups are."""
    waiting = []
    rows = 0
    for file in files_of(folder):
        for batch in pyarrow.parquet.ParquetFile(file).iter_batches(ROWS):
            waiting.append(batch)
            rows += batch.num_rows
            while rows >= ROWS:
                table = pa.Table.from_batches(waiting)
                yield table.slice(0, ROWS)
                waiting = table.slice(ROWS).to_batches()
                rows -= ROWS
    if rows:
        yield pa.Table.from_batches(waiting)


def kind(type_):
    """The type, with one name for all that differ only in how they lie in memory."""
    if pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return pa.string()
    if pa.types.is_timestamp(type_) and type_.tz is None:
        return pa.timestamp("us")
    return type_


def kinds(folder):
    schema = pyarrow.parquet.read_schema(files_of(folder)[0])
    return pa.schema([(field.name, kind(field.type)) for field in schema])


ours, other = sys.argv[1:]
schema = kinds(ours)
if kinds(other) != schema:
    sys.exit(f"other types: {kinds(other)}, expected {schema}")
left, right = batches(ours), batches(other)
at = 0
while True:
    one, two = next(left, None), next(right, None)
    if one is None and two is None:
        break
    if one is None or two is None or one.num_rows != two.num_rows:
        sys.exit(f"another number of rows behind row {at}")
    for name in schema.names:
        if not one.cast(schema)[name].combine_chunks().equals(two.cast(schema)[name].combine_chunks()):
            sys.exit(f"column {name} differs between rows {at} and {at + one.num_rows}")
    at += one.num_rows
