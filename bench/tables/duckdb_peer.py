"""DuckDB, one thread: a COPY with explicit types."""

from duckdb_table import SOURCE, connection
from task import GROUP_ROWS, OUT

target = f"'{OUT / 'out.parquet'}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS})"
connection.execute(f"COPY (SELECT * FROM {SOURCE}) TO {target}")
