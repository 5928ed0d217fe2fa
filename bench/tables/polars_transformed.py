"""Polars, one thread: what `transform.ts` makes of the table, into a sink."""

from polars_table import frame, pl
from task import GROUP_ROWS, OUT

status, comment = pl.col("status"), pl.col("comment")
made = frame.filter((status != "cancelled") & comment.str.contains("^(the|of|was)")).select(
    "order_id",
    pl.col("ordered_at").dt.date().alias("ordered_on"),
    pl.col("customer").cast(pl.String),
    pl.col("country").str.to_lowercase(),
    pl.col("product").str.replace("^SKU-0*", ""),
    pl.col("quantity").cast(pl.Int32),
    "total",
    pl.col("weight") * 2,
    pl.col("session").str.extract("^([0-9a-f]+)-", 1),
    comment.str.replace_all("\\s+", "_"),
    comment.str.count_matches("(?i)[aeiou]").cast(pl.Int32).alias("vowels"),
    pl.col("total").cast(pl.Float64).clip(10, 500).alias("billed"),
)
made.sink_parquet(OUT / "out.parquet", compression="zstd", row_group_size=GROUP_ROWS)
