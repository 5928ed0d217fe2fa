"""DuckDB, one thread: a COPY with explicit types."""

import duckdb
from task import FILES, FORMAT, GROUP_ROWS, OUT, SCHEMA

columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in SCHEMA.items()) + "}"
files = "[" + ", ".join(f"'{file}'" for file in FILES) + "]"
SOURCES = {
    "csv": f"read_csv({files}, header = true, auto_detect = false, columns = {columns}, parallel = false)",
    "jsonl": f"read_json({files}, format = 'newline_delimited', columns = {columns})",
    "parquet": f"read_parquet({files})",
}

connection = duckdb.connect(config={"threads": 1})
target = f"'{OUT / 'out.parquet'}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS})"
connection.execute(f"COPY (SELECT * FROM {SOURCES[FORMAT]}) TO {target}")
