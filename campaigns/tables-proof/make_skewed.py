"""make_skewed.py ROWS OUT: a CSV of numbered rows with skewed columns; the same for the same ROWS."""

import sys

import polars as pl

rows, out = int(sys.argv[1]), sys.argv[2]
ids = pl.DataFrame({"id": pl.int_range(rows, eager=True)})


def uniform(seed: int) -> pl.Expr:
    return (pl.col("id").hash(seed) % 1_000_000).cast(pl.Float64) / 1_000_000


# 70, 15, 10 and 5 per cent; a thousand values of which the k-th is k times as rare as the first.
day = pl.when(uniform(1) < 0.7).then(1).when(uniform(1) < 0.85).then(2)
day = day.when(uniform(1) < 0.95).then(3).otherwise(4)
frame = ids.with_columns(
    day=pl.format("2026-11-0{}", day),
    shop=pl.format("shop {}", (1000.0 ** uniform(2)).floor().cast(pl.Int64)),
    note=pl.concat_str([pl.col("id").hash(seed).cast(pl.String) for seed in range(3, 9)]),
)
frame.write_csv(out)
