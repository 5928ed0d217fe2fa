"""Spark on one core: ranges of day and a hash, so that no day is one file."""

from pathlib import Path

from partitioning import COLUMN, FILE_BYTES
from pyspark.sql import functions
from spark_table import frame, spark
from task import FILES, OUT

# As many as files of that size: Parquet has about a fourth of the bytes of its text.
count = max(1, round(sum(Path(file).stat().st_size for file in FILES) / 4 / FILE_BYTES))
ranges = frame.repartitionByRange(count, COLUMN, functions.hash("order_id"))
ranges.write.mode("overwrite").partitionBy(COLUMN).parquet(str(OUT))
spark.stop()
