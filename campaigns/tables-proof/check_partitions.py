"""check_partitions.py SOURCE COLUMN FOLDER: compares the files of a partitioned table with its CSV.

FOLDER has `files.json`: for each file its path and the value of its partition, in the order of the
manifest. Prints one line of JSON: how many partitions there are, and which are not the rows of the
source in its order.
"""

import json
import sys

import polars as pl
import pyarrow.parquet as pq

source, column, folder = sys.argv[1:]
frame = pl.read_csv(source, schema_overrides={"note": pl.String})
expected = frame.partition_by(column, maintain_order=True, as_dict=True, include_key=False)
found: dict[str, list[pl.DataFrame]] = {}
with open(f"{folder}/files.json", encoding="utf-8") as lines:
    for entry in json.load(lines):
        part = pl.from_arrow(pq.ParquetFile(entry["path"]).read())
        found.setdefault(entry["value"], []).append(part)
wrong = [
    value
    for (value,), rows in expected.items()
    if value not in found or not pl.concat(found[value]).equals(rows)
]
foreign = [value for value in found if (value,) not in expected]
print(json.dumps({"partitions": len(expected), "wrong": wrong, "foreign": foreign}))
