"""Polars, one thread: a lazy scan into a sink."""

from polars_table import frame
from task import GROUP_ROWS, OUT

frame.sink_parquet(OUT / "out.parquet", compression="zstd", row_group_size=GROUP_ROWS)
