"""The files that manifests list, and rows in a form in which those of every reader are alike."""

import datetime
import json
import math
import sys
import uuid

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

ASKED = json.load(sys.stdin)
DOOR = ASKED["door"]
SNAPSHOTS = ASKED["snapshots"]


def bucket_key(uri):
    return uri.removeprefix("s3://")


def file_system():
    return pyarrow.fs.S3FileSystem(
        access_key="any", secret_key="any", endpoint_override=DOOR, region="us-east-1"
    )


TYPES = {
    "tag": pa.string(),
    "day": pa.date32(),
    "flag": pa.bool_(),
    "tiny": pa.int8(),
    "long": pa.int64(),
    "price": pa.decimal128(7, 2),
    "large": pa.decimal128(38, 10),
}


def file_rows(uri, partition):
    """The rows of a file, with what the manifest says that they have in common."""
    table = pq.read_table(bucket_key(uri), filesystem=file_system(), partitioning=None)
    assert not set(partition) & set(table.column_names)
    for name, text in partition.items():
        table = table.append_column(name, pa.array([text] * len(table), pa.string()).cast(TYPES[name]))
    return table


def listed(snapshot):
    """All rows of the files of a manifest, in its order."""
    return pa.concat_tables([file_rows(uri, snapshot["partitions"][uri]) for uri in snapshot["files"]])


def plain(value):
    """Equal for equal values, whatever a reader makes of them."""
    if isinstance(value, bytes) and len(value) == 16:
        return str(uuid.UUID(bytes=value))
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    if isinstance(value, dict):
        if set(value) == {"key", "value"}:
            return (plain(value["key"]), plain(value["value"]))
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value] if isinstance(value, list) else tuple(plain(each) for each in value)
    return value


def rows_of(table, names):
    rows = table.select(names).to_pylist()
    return sorted((plain(row) for row in rows), key=lambda row: row["id"])


def shown(snapshot):
    return f"{snapshot['table']}, generation {snapshot['generation']}"


def say(reader, snapshot, expected, found):
    """One line: whether a reader has found the rows of a snapshot."""
    name = f"{shown(snapshot)} by {reader}"
    if expected == found:
        print(f"{name}: all {len(found)} rows")
        return
    differing = next((pair for pair in zip(expected, found) if pair[0] != pair[1]), None)
    print(f"WRONG {name}: {len(found)} rows of {len(expected)}, first {differing}")
