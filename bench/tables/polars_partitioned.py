"""Polars, one thread: a folder for each day, with files of about the same size."""

import polars as pl
from partitioning import COLUMN, FILE_BYTES
from polars_table import frame
from task import GROUP_ROWS, OUT

parts = pl.PartitionBy(OUT, key=COLUMN, include_key=False, approximate_bytes_per_file=FILE_BYTES)
frame.sink_parquet(parts, compression="zstd", row_group_size=GROUP_ROWS, mkdir=True)
