"""DuckDB, one thread: a table function that reads the table with its types."""

import duckdb
from task import FILES, FORMAT, SCHEMA

columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in SCHEMA.items()) + "}"
files = "[" + ", ".join(f"'{file}'" for file in FILES) + "]"
SOURCES = {
    "csv": f"read_csv({files}, header = true, auto_detect = false, columns = {columns}, parallel = false)",
    "jsonl": f"read_json({files}, format = 'newline_delimited', columns = {columns})",
    "parquet": f"read_parquet({files})",
}
SOURCE = SOURCES[FORMAT]

connection = duckdb.connect(config={"threads": 1})
