"""Spark, local mode: rows made dense, then a DataFrame of one column a matrix column, `write.csv`."""

from measure import measure
from pyspark.sql import SparkSession
from pyspark.sql.types import LongType, StructField, StructType
from slices import dense_slices
from spark_session import start_spark

spark = start_spark(SparkSession)


def write(matrix, out):
    schema = StructType([StructField(f"c{i}", LongType()) for i in range(matrix.shape[1])])
    rows = (row.tolist() for dense in dense_slices(matrix) for row in dense)
    frame = spark.createDataFrame(spark.sparkContext.parallelize(rows, 1), schema, verifySchema=False)
    frame.write.mode("overwrite").csv(out)


# The plan of so many columns takes seconds, however few the rows are.
measure(["pyspark"], write, first_rows=500, capped=False)
