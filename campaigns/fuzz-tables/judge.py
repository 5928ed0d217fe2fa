"""Reads tables as PyArrow and Polars do, and writes what they read as Parquet.

Each line of standard input is JSON of: path, format, schema, and a folder for the answers. It is
answered by one line of JSON: for each judge the path of its rows, or why it has none.
"""

import json
import os
import re
import sys

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

TYPES = {
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "decimal(12,2)": pa.decimal128(12, 2),
}
POLARS = {
    "integer": pl.Int32,
    "bigint": pl.Int64,
    "double": pl.Float64,
    "varchar": pl.String,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp": pl.Datetime("us"),
    "decimal(12,2)": pl.Decimal(12, 2),
}


def arrow_schema(schema):
    return pa.schema([(name, TYPES[kind]) for name, kind in schema.items()])


def read_arrow(path, kind, schema):
    fields = arrow_schema(schema)
    if kind == "parquet":
        table = pq.read_table(path, page_checksum_verification=True, use_threads=False)
        return table.select(fields.names).cast(fields)
    if kind == "jsonl":
        options = pa.json.ParseOptions(explicit_schema=fields, unexpected_field_behavior="ignore")
        return pa.json.read_json(path, parse_options=options).select(fields.names)
    convert = pa.csv.ConvertOptions(
        column_types=fields,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["true"],
        false_values=["false"],
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(path, parse_options=parse, convert_options=convert)


def read_polars(path, kind, schema):
    types = {name: POLARS[of] for name, of in schema.items()}
    if kind == "parquet":
        frame = pl.read_parquet(path, use_statistics=False).select(list(types))
    elif kind == "jsonl":
        frame = pl.read_ndjson(path, schema={name: pl.String if of == pl.Decimal(12, 2) else of for name, of in types.items()})
    else:
        texts = {name: pl.String for name in types}
        frame = pl.read_csv(path, schema_overrides=texts, infer_schema=False, empty_string_is_null=True)
    frame = frame.select([cast(name, of, frame.schema[name]) for name, of in types.items()])
    return frame.to_arrow().cast(arrow_schema(schema))


def cast(name, of, given):
    column = pl.col(name)
    if given != pl.String or of == pl.String:
        return column.cast(of)
    if of == pl.Boolean:
        words = pl.when(column == "true").then(True).when(column == "false").then(False)
        return pl.when(column.is_null() | column.is_in(["true", "false"])).then(words).otherwise(None).alias(name)
    if of == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=True)
    if of == pl.Datetime("us"):
        return column.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=True)
    return column.cast(of)


JUDGES = {"pyarrow": read_arrow, "polars": read_polars}


def answer(request):
    answers = {}
    for judge, read in JUDGES.items():
        try:
            table = read(request["path"], request["format"], request["schema"])
            if table.column_names != list(request["schema"]):
                raise ValueError(f"other columns: {table.column_names}")
            table.validate(full=True)
            path = os.path.join(request["folder"], f"{judge}.parquet")
            pq.write_table(table, path)
            answers[judge] = {"path": path}
        except BaseException as error:  # Polars panics
            reason = re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")
            answers[judge] = {"reason": reason[:200]}
    return answers


def main():
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
