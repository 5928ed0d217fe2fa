"""Spark on one core: read with a schema, written as it comes."""

from spark_table import frame, spark
from task import OUT

frame.write.mode("overwrite").parquet(str(OUT))
spark.stop()
