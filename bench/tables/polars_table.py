"""Polars, one thread: a lazy scan of the table with its types."""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import polars as pl
from task import FILES, FORMAT, SCHEMA, decimal_of

TYPES = {
    "bigint": pl.Int64,
    "integer": pl.Int32,
    "smallint": pl.Int16,
    "double": pl.Float64,
    "boolean": pl.Boolean,
    "varchar": pl.String,
    # Read as texts: the reader itself only guesses formats.
    "date": pl.String,
    "timestamp": pl.String,
}


def read_as(kind):
    """Its reader of JSON makes no decimals, and no integers of two bytes."""
    decimal = decimal_of(kind)
    if FORMAT == "jsonl" and (decimal or kind == "smallint"):
        return pl.Float64 if decimal else pl.Int64
    return pl.Decimal(*decimal) if decimal else TYPES[kind]


def parsed(name, kind):
    column = pl.col(name)
    decimal = decimal_of(kind)
    if kind in PARSED:
        return PARSED[kind](column)
    return column.cast(pl.Decimal(*decimal) if decimal else TYPES[kind])


PARSED = {
    "date": lambda column: column.str.to_date("%Y-%m-%d"),
    "timestamp": lambda column: column.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us"),
}
schema = {name: read_as(kind) for name, kind in SCHEMA.items()}
if FORMAT == "parquet":
    frame = pl.scan_parquet(FILES)
else:
    scan = pl.scan_csv if FORMAT == "csv" else pl.scan_ndjson
    frame = scan(FILES, schema=schema).with_columns(
        parsed(name, kind) for name, kind in SCHEMA.items()
    )
