"""Polars: slices of 1,000 rows made dense, then a frame, each written with `write_csv`."""

import polars as pl
from measure import measure
from slices import dense_slices


def write(matrix, out):
    with open(out, "wb") as file:
        for dense in dense_slices(matrix):
            pl.from_numpy(dense).write_csv(file, include_header=False)


measure(["polars", "numpy"], write)
