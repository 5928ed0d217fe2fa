"""Reads the snapshots of a table by DuckDB with its extension for Iceberg.

Standard input: {"door": URL, "snapshots": [...]}
"""

from importlib.resources import files

import duckdb
from tables import DOOR, SNAPSHOTS, listed, rows_of, say

EXTENSIONS = files("duckdb_ext") / "extensions" / f"v{duckdb.__version__}"

database = duckdb.connect()
for name in ("avro", "httpfs", "iceberg"):
    (path,) = EXTENSIONS.glob(f"*/{name}.duckdb_extension")
    database.sql(f"LOAD '{path}'")
database.sql(
    f"""CREATE SECRET (TYPE s3, KEY_ID 'any', SECRET 'any', REGION 'us-east-1', USE_SSL false,
    URL_STYLE 'path', ENDPOINT '{DOOR.removeprefix("http://")}')"""
)
database.sql("SET TimeZone = 'UTC'")
for snapshot in SNAPSHOTS:
    expected = listed(snapshot)
    names = expected.column_names
    found = database.sql(f"FROM iceberg_scan('{snapshot['metadata']}')").to_arrow_table()
    say("DuckDB", snapshot, rows_of(expected, names), rows_of(found, names))
