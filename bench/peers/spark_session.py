"""One core of Spark in local mode."""

import os
import sys


def start_spark(session):
    """Starts Spark on one core, with memory for rows of many columns."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = session.builder.master("local[1]").appName("peers")
    builder = builder.config("spark.driver.memory", "4g").config("spark.ui.enabled", "false")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark
