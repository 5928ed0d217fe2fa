"""Frames as Parquet parts: values, order, schema, names, what is refused, and S3 by `local up`."""

from __future__ import annotations

import json
import os
import uuid
import zlib
from datetime import date, datetime, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from table_to_s3 import TableError, run, write_table

OUTPUTS = json.loads(os.environ.get("SPARSE_FANOUT_OUTPUTS", "null"))

ROWS = 1000
NUMBERS = np.arange(ROWS)

SCHEMA = {
    "id": "bigint",
    "x": "double",
    "name": "varchar",
    "at": "timestamp",
    "day": "date",
    "some": "int",
    "tags": "int[]",
    "price": "decimal(9, 2)",
    "kind": "text",
    "flag": "boolean",
}


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "flag": [True, None] * (ROWS // 2),
            "id": NUMBERS,
            "x": NUMBERS / 8,
            "name": [f"name {i}" for i in NUMBERS],
            "at": pd.date_range("2024-01-01", periods=ROWS, freq="h"),
            "day": pd.date_range("2024-01-01", periods=ROWS),
            "some": np.where(NUMBERS % 3 == 0, np.nan, NUMBERS),
            "tags": [[i, i + 1] for i in NUMBERS],
            "price": NUMBERS / 4,
            "kind": pd.Categorical(["a", "b"] * (ROWS // 2)),
        }
    )


def refusal(given, schema, folder, **options) -> str:
    with pytest.raises(TableError) as caught:
        write_table(given, str(folder / "refused"), schema, **options)
    assert not (folder / "refused" / "_index.json").exists()
    return str(caught.value)


def test_rows_keep_values_and_order_in_parts_of_one_schema(tmp_path):
    assert write_table(frame(), str(tmp_path / "t"), SCHEMA, 300) == f"{tmp_path / 't'}/"
    index = json.loads((tmp_path / "t/_index.json").read_text())
    assert [part["rows"] for part in index["parts"]] == [300, 300, 300, 100]
    tables = []
    for part in index["parts"]:
        content = (tmp_path / "t" / part["name"]).read_bytes()
        assert (len(content), f"{zlib.crc32(content):08x}") == (part["bytes"], part["crc32"])
        tables.append(pq.read_table(tmp_path / "t" / part["name"]))
    table = pa.concat_tables(tables)
    assert table.schema.names == list(SCHEMA)
    assert [str(kind) for kind in table.schema.types[:6]] == [
        *("int64", "double", "string", "timestamp[us]", "date32[day]", "int32"),
    ]
    assert table.slice(7, 1).to_pylist() == [
        {
            "id": 7,
            "x": 0.875,
            "name": "name 7",
            "some": 7,
            "tags": [7, 8],
            "price": Decimal("1.75"),
            "at": datetime(2024, 1, 1, 7),
            "day": date(2024, 1, 8),
            "kind": "b",
            "flag": None,
        }
    ]
    assert table.column("id").to_pylist() == list(range(ROWS))
    assert table.column("some").to_pylist() == [None if i % 3 == 0 else i for i in range(ROWS)]


def test_the_same_again_changes_nothing_and_another_is_refused(tmp_path):
    write_table(frame(), str(tmp_path / "t"), SCHEMA, 400)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "t").iterdir()}
    write_table(frame(), str(tmp_path / "t"), SCHEMA, 400)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "t").iterdir()} == before
    with pytest.raises(TableError, match="part-00000.*is there already, with other content"):
        write_table(frame().assign(x=2.0), str(tmp_path / "t"), SCHEMA, 400)


def test_a_frame_without_rows_keeps_its_columns(tmp_path):
    write_table(frame().iloc[:0], str(tmp_path / "t"), SCHEMA)
    assert pq.read_table(tmp_path / "t/part-000000.parquet").schema.names == list(SCHEMA)


def test_arrow_and_polars_are_frames(tmp_path):
    table = pa.table({"a": pa.array([1, 2, None], pa.int32()), "b": pa.array(["x", "y", "x"]).dictionary_encode()})
    schema = {"a": "bigint", "b": "varchar"}
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": None, "b": "x"}]
    write_table(table, str(tmp_path / "arrow"), schema, 2)
    assert pq.read_table(tmp_path / "arrow").to_pylist() == rows
    write_table(table.to_batches()[0], str(tmp_path / "batch"), schema)
    assert pq.read_table(tmp_path / "batch").to_pylist() == rows
    pl = pytest.importorskip("polars")
    polars = pl.from_arrow(table).with_columns(pl.col("b").cast(pl.Categorical))
    write_table(polars, str(tmp_path / "polars"), schema)
    assert pq.read_table(tmp_path / "polars").to_pylist() == rows


def test_a_schema_of_arrow_may_nest(tmp_path):
    kind = pa.struct([("lat", pa.float64()), ("lon", pa.float64())])
    given = pd.DataFrame({"place": [{"lat": 1.0, "lon": 2.0}, None]})
    write_table(given, str(tmp_path / "t"), pa.schema([("place", kind)]))
    assert pq.read_table(tmp_path / "t").to_pylist() == given.to_dict("records")


MIXED = pd.Series([7 if i == 321 else "text" for i in range(ROWS)], dtype=object)


@pytest.mark.parametrize(
    ("changes", "types", "said"),
    [
        (
            {"x": np.where(NUMBERS == 777, 3.7, 1.0)},
            {"x": "integer"},
            "column 'x', row 777: 3.7 does not become INTEGER",
        ),
        ({"name": MIXED}, {}, "column 'name', row 321: 7 does not become VARCHAR"),
        ({}, {"name": "bigint"}, "column 'name', row 0: 'name 0' does not become BIGINT"),
        ({"id": NUMBERS + 127}, {"id": "tinyint"}, "column 'id', row 1: 128 does not become TINYINT"),
        ({"x": 1e300}, {"x": "float"}, "column 'x', row 0: 1e+300 does not become FLOAT"),
        ({"x": 16777217.0}, {"x": "float"}, "column 'x', row 0: 16777217.0 does not become FLOAT"),
        ({"price": NUMBERS / 3}, {}, "column 'price', row 1: 0.333"),
        ({}, {"at": "date"}, "column 'at', row 1: "),
        ({}, {"at": "timestamptz"}, "its times have no offset, and the type has one"),
        ({"name": NUMBERS}, {}, "column 'name', row 0: 0 does not become VARCHAR"),
        ({"id": np.uint64(2**63)}, {}, "column 'id', row 0: 9223372036854775808 does not become BIGINT"),
    ],
)
def test_a_value_that_would_lose_is_named(changes, types, said, tmp_path):
    assert said in refusal(frame().assign(**changes), {**SCHEMA, **types}, tmp_path, rows=250)


@pytest.mark.parametrize(
    ("given", "schema", "options", "said"),
    [
        (frame().rename(columns={"id": "ID"}), SCHEMA, {}, "has no column 'id'; it has a column 'ID', which schema"),
        (frame()[["id", "id"]], {"id": "int"}, {}, "several columns 'id'"),
        (frame(), {**SCHEMA, "x": "json"}, {}, "column 'x' has the type 'json'; allowed are BOOLEAN"),
        (frame(), {**SCHEMA, "x": "decimal(39,0)"}, {}, "decimal(39,0)"),
        (frame(), {**SCHEMA, "ID": "int"}, {}, "columns of one name: id"),
        (frame(), {}, {}, "no columns"),
        (frame(), ["id"], {}, "schema is a list; give a dict"),
        ([1], {"a": "int"}, {}, "a list is no frame"),
        (frame(), SCHEMA, {"rows": 0}, "rows is 0"),
        (frame(), SCHEMA, {"compression": "lz4"}, "compression is 'lz4'"),
    ],
)
def test_what_is_no_table_is_refused(given, schema, options, said, tmp_path):
    assert said in refusal(given, schema, tmp_path, **options)


def test_a_place_is_a_folder_or_a_bucket():
    with pytest.raises(TableError, match="is no place; give s3://bucket/prefix/ or a folder"):
        write_table(frame(), "https://example.com/", SCHEMA)
    with pytest.raises(TableError, match="names no bucket"):
        write_table(frame(), "s3:///x/", SCHEMA)


def test_times_with_offsets_are_times_in_utc(tmp_path):
    given = pd.DataFrame({"at": pd.to_datetime(["2024-01-02T03:04:05+02:00"])})
    write_table(given, str(tmp_path / "t"), {"at": "timestamptz"})
    assert pq.read_table(tmp_path / "t").to_pylist() == [{"at": datetime(2024, 1, 2, 1, 4, 5, tzinfo=timezone.utc)}]


@pytest.mark.skipif(OUTPUTS is None, reason="no local cloud is up: npm run campaign -- python starts one")
def test_a_frame_in_s3_is_the_source_of_a_run():
    import boto3

    place = f"s3://{OUTPUTS['SourceBucketName']}/frames/{uuid.uuid4()}"
    source = write_table(frame(), place, SCHEMA, 300, compression="zstd")
    assert write_table(frame(), place, SCHEMA, 300, compression="zstd") == source
    with pytest.raises(TableError, match="is there already, with other content"):
        write_table(frame().assign(x=2.0), place, SCHEMA, 300, compression="zstd")
    output = {"uri": f"s3://{OUTPUTS['OutputBucketName']}/frames/{uuid.uuid4()}/"}
    manifest = run(OUTPUTS["StateMachineArn"], source, {"output": output, "expect": {"rows": ROWS}})
    bucket, _, key = manifest[len("s3://") :].partition("/")
    read = json.loads(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert read["totals"]["rows"] == ROWS
    assert [column["name"] for column in read["columns"]] == list(SCHEMA)
