"""make_zips.py ROWS OUT: a CSV of numbered rows of 40,000 skewed zip codes; the same for ROWS."""

import sys

import polars as pl

rows, out = int(sys.argv[1]), sys.argv[2]
ids = pl.DataFrame({"id": pl.int_range(rows, eager=True)})


def uniform(seed: int) -> pl.Expr:
    return (pl.col("id").hash(seed) % 1_000_000).cast(pl.Float64) / 1_000_000


# Half of the rows are spread evenly; of the others the k-th code has as many as it is rare. Some
# have none.
skewed = (40_000.0 ** uniform(1)).floor() - 1
code = pl.when(uniform(2) < 0.5).then((uniform(3) * 40_000).floor()).otherwise(skewed)
frame = ids.with_columns(
    zip=pl.when(uniform(4) < 0.001)
    .then(None)
    .otherwise(pl.format("{}", (10_000 + code * 2).cast(pl.Int64))),
    fare=(pl.col("id").hash(5) % 10_000).cast(pl.Int64),
    note=pl.concat_str([pl.col("id").hash(seed).cast(pl.String) for seed in range(6, 12)]),
)
frame.write_csv(out)
