"""Reads the objects of a table with a given schema, by Polars, PyArrow and DuckDB."""

import datetime
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq
from kinds import arrow_schema


def to_schema(table, wanted):
    """The same values in the types of the schema: readers differ in how wide they make a text."""
    return pa.table([cast(table[field.name], field.type) for field in wanted], schema=wanted)


def cast(column, kind):
    column = column.combine_chunks()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            column = pc.replace_substring_regex(column, r"\+00:00$", "Z")
        if kind == pa.timestamp("ms"):
            # Zeros behind the milliseconds are none of its digits.
            return column.cast(pa.timestamp("us")).cast(kind)
        if pa.types.is_time(kind):
            return pa.array([None if v is None else parse_time(v) for v in column.to_pylist()], kind)
    return column.cast(kind)


def parse_time(text):
    return datetime.time.fromisoformat(text)


def is_read_as_text(kind):
    """Whether a reader takes the column as a text, and its cast makes the value of it."""
    return pa.types.is_temporal(kind) or pa.types.is_decimal(kind)


def textual(wanted):
    return [pa.field(f.name, pa.string() if is_read_as_text(f.type) else f.type) for f in wanted]


def by_pyarrow(paths, form, schema):
    wanted = arrow_schema(schema)
    if form == "parquet":
        tables = [pq.read_table(path) for path in paths]
    elif form == "csv":
        types = pa.schema(textual(wanted))
        convert = pa.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        parse = pa.csv.ParseOptions(newlines_in_values=True)
        tables = [pa.csv.read_csv(path, parse_options=parse, convert_options=convert) for path in paths]
    else:
        parse = pa.json.ParseOptions(explicit_schema=pa.schema(textual(wanted)))
        # It refuses a text without rows.
        filled = [path for path in paths if Path(path).stat().st_size > 0]
        tables = [pa.json.read_json(path, parse_options=parse) for path in filled]
    return to_schema(pa.concat_tables(tables), wanted)


def polars_cast(frame, schema):
    """Polars' own casts of the texts."""
    casts = []
    for name, kind in schema.items():
        column = pl.col(name)
        if kind == "DATE":
            casts.append(column.str.to_date("%Y-%m-%d"))
        elif kind == "TIME":
            casts.append(column.str.to_time("%H:%M:%S%.f"))
        elif kind == "TIMESTAMPTZ":
            casts.append(column.str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_unit="us", time_zone="UTC"))
        elif kind.startswith("TIMESTAMP"):
            unit = {"TIMESTAMP_MS": "ms", "TIMESTAMP_NS": "ns"}.get(kind, "us")
            casts.append(column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit=unit))
        elif kind.startswith("DECIMAL"):
            casts.append(column.cast(pl.Decimal(38, 2)))
    return frame.with_columns(casts)


def widened(types):
    """Polars reads no narrow numbers of JSON."""
    wide = {pl.Float32: pl.Float64}
    wide |= dict.fromkeys([pl.Int8, pl.Int16, pl.Int32], pl.Int64)
    wide |= dict.fromkeys([pl.UInt8, pl.UInt16, pl.UInt32], pl.UInt64)
    return {name: wide.get(kind.base_type(), kind) for name, kind in types.items()}


def by_polars(paths, form, schema):
    wanted = arrow_schema(schema)
    types = pl.from_arrow(pa.schema(textual(wanted)).empty_table()).schema
    if form == "parquet":
        frames = [pl.read_parquet(path) for path in paths]
    elif form == "csv":
        options = {"schema": types}
        frames = [polars_cast(pl.read_csv(path, **options), schema) for path in paths]
    else:
        frames = [polars_cast(pl.read_ndjson(path, schema=widened(types)), schema) for path in paths]
    return to_schema(pl.concat(frames).to_arrow(), wanted)


def by_duckdb(paths, form, schema):
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in schema.items())
    read = {
        "parquet": "read_parquet(?)",
        "csv": f"read_csv(?, header=true, columns={{{columns}}}, auto_detect=false, quote='\"', escape='\"', allow_quoted_nulls=false)",
        "jsonl": f"read_json(?, format='newline_delimited', columns={{{columns}}})",
    }[form]
    with duckdb.connect() as database:
        relation = database.sql(f"SELECT * FROM {read}", params=[list(paths)])
        return to_schema(relation.to_arrow_table(), arrow_schema(schema))


READERS = {"Polars": by_polars, "PyArrow": by_pyarrow, "DuckDB": by_duckdb}
