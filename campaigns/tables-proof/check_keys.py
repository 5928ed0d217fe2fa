"""check_keys.py SOURCE HOW FOLDER: compares files of whole keys with their CSV.

FOLDER has `files.json`: the paths of the files in the order of the manifest. HOW says what they
hold: `rows`, `windows`, `groups` or `lags`. Prints one line of JSON: how many keys there are, how many lie
in several files, and whether all rows are those that Polars makes of the whole table, in order.
"""

import json
import sys

import polars as pl
import pyarrow.parquet as pq

source, how, folder = sys.argv[1:]
frame = pl.read_csv(source, schema_overrides={"zip": pl.String, "note": pl.String})
rows = frame.sort("zip", nulls_last=True, maintain_order=True)
expected = {
    "rows": lambda: rows,
    "windows": lambda: rows.select(
        "id",
        "zip",
        running=pl.col("fare").cum_sum().over("zip"),
        before=pl.col("fare").shift(1).over("zip"),
        share=pl.col("fare") / pl.col("fare").sum().over("zip"),
    ),
    "lags": lambda: rows.select("id", "zip", before=pl.col("note").shift(1).over("zip")),
    "groups": lambda: rows.group_by("zip", maintain_order=True).agg(
        n=pl.len().cast(pl.Int64),
        fares=pl.col("fare").sum(),
        dearest=pl.col("id").sort_by(["fare", "id"], descending=[True, False]).first(),
    ),
}[how]()
with open(f"{folder}/files.json", encoding="utf-8") as lines:
    files = [pl.from_arrow(pq.ParquetFile(path).read()) for path in json.load(lines)]
keys = [set(part["zip"].unique().to_list()) for part in files]
found = {
    "keys": len(set().union(*keys)),
    "cut": sum(len(own) for own in keys) - len(set().union(*keys)),
    "equal": pl.concat(files).equals(expected),
    "sameRows": pl.concat(files).sort(files[0].columns).equals(expected.sort(files[0].columns)),
}
print(json.dumps(found))
