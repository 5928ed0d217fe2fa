"""Spark on one core: a table that is read with a schema."""

from functools import reduce

from pyspark.sql import SparkSession
from task import FILES, FORMAT, SCHEMA

CONFIG = {
    "spark.driver.memory": "4g",
    "spark.ui.enabled": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.session.timeZone": "UTC",
}
TYPES = {"bigint": "long", "integer": "int", "smallint": "short", "varchar": "string"}
TYPES |= {"timestamp": "timestamp_ntz"}

builder = SparkSession.builder.master("local[1]").appName("peers")
spark = reduce(lambda made, pair: made.config(*pair), CONFIG.items(), builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
schema = ", ".join(f"{name} {TYPES.get(kind, kind)}" for name, kind in SCHEMA.items())
OPTIONS = {
    # A record has line ends within quotes, which double their quotes.
    "csv": {"header": True, "multiLine": True, "escape": '"'},
    "jsonl": {},
    "parquet": {},
}
reader = spark.read.options(**OPTIONS[FORMAT])
if FORMAT != "parquet":
    reader = reader.schema(schema).option("timestampNTZFormat", "yyyy-MM-dd HH:mm:ss")
method = {"csv": reader.csv, "jsonl": reader.json, "parquet": reader.parquet}[FORMAT]
# A union keeps the order of the files: a read of all sorts them by size.
frame = reduce(lambda one, other: one.union(other), (method(file) for file in FILES))
