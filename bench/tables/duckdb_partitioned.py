"""DuckDB, one thread: a folder for each day; its files cannot have a size."""

from duckdb_table import SOURCE, connection
from partitioning import COLUMN
from task import GROUP_ROWS, OUT

form = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS}"
target = f"'{OUT}' ({form}, PARTITION_BY ({COLUMN}), OVERWRITE_OR_IGNORE)"
connection.execute(f"COPY (SELECT * FROM {SOURCE}) TO {target}")
