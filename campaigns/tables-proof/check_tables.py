"""Compares the Parquet of every data set with what Polars, PyArrow and DuckDB read of its objects.

Usage: check_tables.py <folder>

Prints a line of JSON for each data set and form: rows, files, and what differs.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from differences import difference
from kinds import arrow_schema
from pyspark.sql import SparkSession
from readers import READERS, to_schema


def start_spark():
    builder = SparkSession.builder.master("local[1]").appName("tables")
    for name, value in {
        "spark.driver.memory": "3g",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.legacy.parquet.nanosAsLong": "true",
        "spark.sql.timeType.enabled": "true",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def by_spark(spark, paths, wanted):
    tables = []
    for path in paths:
        table = spark.read.parquet(str(path)).toArrow()
        for at, field in enumerate(wanted):
            # Spark has no nanoseconds: it gives their number.
            if field.type == pa.timestamp("ns"):
                table = table.set_column(at, field.name, table[field.name].cast(pa.int64()).cast(field.type))
        tables.append(to_schema(table, wanted))
    return pa.concat_tables(tables)


def compare(spark, folder, schema, form):
    """Every difference, by the reader that shows it."""
    wanted = arrow_schema(schema)
    inputs = sorted(map(str, (folder / form).iterdir()))
    outputs = sorted(map(str, (folder / f"{form}-out").iterdir()))
    found = {}
    for path in outputs:
        schema_read = pq.read_schema(path).remove_metadata()
        if not schema_read.equals(wanted):
            found["schema"] = str(schema_read)
    written = to_schema(pa.concat_tables([pq.read_table(path) for path in outputs]), wanted)
    for name, read in READERS.items():
        found[f"{name} of the objects"] = difference(written, read(inputs, form, schema))
        found[f"{name} of the files"] = difference(read(outputs, "parquet", schema), written)
    found["Spark of the files"] = difference(by_spark(spark, outputs, wanted), written)
    return {"rows": written.num_rows, "files": len(outputs), "differences": {k: v for k, v in found.items() if v}}


def main(folder):
    spark = start_spark()
    for table in json.loads((folder / "tables.json").read_text()):
        for form in table["forms"]:
            result = compare(spark, folder / table["name"], table["schema"], form)
            print(json.dumps({"name": table["name"], "form": form, **result}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
