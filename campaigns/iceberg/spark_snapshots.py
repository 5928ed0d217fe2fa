"""Registers each snapshot of a table as a table of its own in Spark, and reads it.

Standard input: {"door": URL, "snapshots": [...]}
"""

import os
import time
from functools import reduce

os.environ |= {"TZ": "UTC", "AWS_REGION": "us-east-1"}
time.tzset()

from pyspark.sql import SparkSession  # noqa: E402
from tables import DOOR, SNAPSHOTS, file_rows, listed, plain, rows_of, say  # noqa: E402

VERSION = "1.11.0"
PACKAGES = [f"org.apache.iceberg:{name}:{VERSION}" for name in ("iceberg-spark-runtime-4.1_2.13", "iceberg-aws-bundle")]
PACKAGES += ["org.xerial:sqlite-jdbc:3.46.1.3"]
CONFIG = {
    "spark.jars.packages": ",".join(PACKAGES),
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.lake.type": "jdbc",
    "spark.sql.catalog.lake.uri": "jdbc:sqlite:file:lake?mode=memory&cache=shared",
    "spark.sql.catalog.lake.jdbc.schema-version": "V1",
    "spark.sql.catalog.lake.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "spark.sql.catalog.lake.warehouse": "s3://none/",
    "spark.sql.catalog.lake.s3.endpoint": DOOR,
    "spark.sql.catalog.lake.s3.path-style-access": "true",
    "spark.sql.catalog.lake.s3.access-key-id": "any",
    "spark.sql.catalog.lake.s3.secret-access-key": "any",
    "spark.sql.catalog.lake.s3.checksum-enabled": "false",
}

builder = SparkSession.builder.master("local[1]").appName("snapshots")
spark = reduce(lambda made, pair: made.config(*pair), CONFIG.items(), builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
spark.sql("CREATE NAMESPACE lake.t")
OWN = [snapshot for snapshot in SNAPSHOTS if snapshot["isOfSpark"]]
for snapshot in OWN:
    expected = listed(snapshot)
    names = expected.column_names
    name = f"t.{snapshot['table'][0]}{snapshot['generation']}"
    spark.sql(f"CALL lake.system.register_table(table => '{name}', metadata_file => '{snapshot['metadata']}')")
    found = [plain(row.asDict(recursive=True)) for row in spark.table(f"lake.{name}").collect()]
    wanted = rows_of(expected, names)
    # Spark's maps are dictionaries.
    for row in wanted:
        if row.get("counts") is not None:
            row["counts"] = dict(row["counts"])
    say("Spark", snapshot, wanted, sorted(found, key=lambda row: row["id"]))
    files = spark.sql(f"SELECT file_path FROM lake.{name}.files").collect()
    say("Spark's files", snapshot, sorted(snapshot["files"]), sorted(row.file_path for row in files))
OF_TEN = [snapshot for snapshot in OWN if snapshot["table"].startswith("t")]
earlier = spark.sql("SELECT count(*) AS n FROM lake.t.t10 VERSION AS OF 3").collect()[0].n
say("Spark as of 3", OF_TEN[9], [OF_TEN[2]["rows"]], [earlier])


def ids_of(snapshot, other):
    """Rows of the files that a snapshot has and another one has not."""
    files = [uri for uri in snapshot["files"] if uri not in set(other["files"])]
    return sorted(id for uri in files for id in file_rows(uri, {})["id"].to_pylist())


for before, after in zip(OWN, OWN[1:]):
    if after["mode"] != "overwrite-partitions":
        continue
    span = {"start-snapshot-id": before["generation"], "end-snapshot-id": after["generation"]}
    changes = spark.read.options(**span).table(f"lake.t.{after['table'][0]}{after['generation']}.changes")
    found = [(row["_change_type"], row["id"]) for row in changes.collect()]
    wanted = [("INSERT", id) for id in ids_of(after, before)] + [("DELETE", id) for id in ids_of(before, after)]
    say("Spark's changes", after, sorted(wanted), sorted(found))
spark.stop()
