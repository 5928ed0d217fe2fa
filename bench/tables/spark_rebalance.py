"""Spark on one core: adaptive execution that rebalances to the size of a file."""

from partitioning import COLUMN, FILE_BYTES
from spark_table import frame, spark
from task import OUT

# Of what is shuffled, which is about twice as large as Parquet of it in zstd.
spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", str(2 * FILE_BYTES))
balanced = frame.hint("rebalance", COLUMN)
balanced.write.mode("overwrite").partitionBy(COLUMN).parquet(str(OUT))
spark.stop()
