"""Spark, local mode: ranges of rows as tasks, each a slice of the broadcast sparse pandas frame, `to_csv`."""

import shutil
from pathlib import Path

import pandas as pd
from measure import measure
from pyspark.sql import SparkSession
from spark_session import start_spark

CHUNK_ROWS = 50_000

spark = start_spark(SparkSession)


def broadcast_frame(matrix):
    frame = pd.DataFrame.sparse.from_spmatrix(matrix)
    return spark.sparkContext.broadcast(frame), len(frame)


def write(broadcast, out):
    shared, rows = broadcast
    shutil.rmtree(out, ignore_errors=True)
    Path(out).mkdir()

    def write_chunk(start):
        path = f"{out}/part-{start:09}.csv"
        shared.value.iloc[start : start + CHUNK_ROWS].to_csv(path, index=False, header=False)

    starts = range(0, rows, CHUNK_ROWS)
    spark.sparkContext.parallelize(starts, len(starts)).foreach(write_chunk)


# Receiving the frame takes a second, however few the rows are.
measure(["pyspark", "pandas"], write, broadcast_frame, first_rows=100, capped=False)
