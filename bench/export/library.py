"""Writes the first rows of a matrix as CSV with one process for each core, by one library; prints one line of JSON.

Each process has its rows in memory when its time begins, and writes them to a file of its own.
"""

import gzip
import importlib.metadata
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

REPETITIONS = 3
SLICE_ROWS = 1000
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1"}


def dense_slices(matrix):
    for start in range(0, matrix.shape[0], SLICE_ROWS):
        yield matrix[start : start + SLICE_ROWS].toarray()


def opened(path):
    """A file, or a gzip member; zlib's level 6, as all of them have it."""
    return gzip.open(path, "wb", compresslevel=6) if path.endswith(".gz") else open(path, "wb")


def polars(matrix, path):
    import polars as pl

    with opened(path) as file:
        for dense in dense_slices(matrix):
            pl.from_numpy(dense).write_csv(file, include_header=False)


def pandas(matrix, path):
    import pandas as pd

    with opened(path) as file:
        for dense in dense_slices(matrix):
            pd.DataFrame(dense).to_csv(file, index=False, header=False)


def pyarrow(matrix, path):
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    schema = pa.schema([(str(column), pa.int64()) for column in range(matrix.shape[1])])
    options = pa_csv.WriteOptions(include_header=False, quoting_style="none")
    with opened(path) as file, pa_csv.CSVWriter(file, schema, write_options=options) as writer:
        for dense in dense_slices(matrix):
            columns = [pa.array(column) for column in np.ascontiguousarray(dense.T)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def duckdb(matrix, path):
    import duckdb as engine
    import numpy as np
    import pyarrow as pa

    connection = engine.connect(config={"memory_limit": "2GB", "threads": 1})
    columns = [pa.array(column) for column in np.ascontiguousarray(matrix.toarray().T)]
    connection.register("wide", pa.Table.from_arrays(columns, [f"c{i}" for i in range(len(columns))]))
    packed = ", COMPRESSION gzip" if path.endswith(".gz") else ""
    connection.execute(f"COPY wide TO '{path}' (FORMAT csv, HEADER false{packed})")


LIBRARIES = {each.__name__: each for each in (polars, pandas, pyarrow, duckdb)}


def work(library, source, path, rows, barrier):
    import scipy.sparse as sp

    matrix = sp.load_npz(source).tocsr()[rows[0] : rows[1]]
    LIBRARIES[library](matrix[:2], path)  # the first time loads code
    for _ in range(REPETITIONS):
        barrier.wait()
        LIBRARIES[library](matrix, path)
        barrier.wait()


def main():
    library, source, out, rows, ending = sys.argv[1:]
    os.environ.update(ONE_THREAD)
    cores = os.cpu_count()
    bounds = [int(rows) * core // cores for core in range(cores + 1)]
    Path(out).mkdir()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(cores + 1)
    processes = []
    for core in range(cores):
        path = f"{out}/part-{core:03}.{ending}"
        args = (library, source, path, (bounds[core], bounds[core + 1]), barrier)
        processes.append(context.Process(target=work, args=args, daemon=True))
        processes[-1].start()
    seconds = []
    for _ in range(REPETITIONS):
        barrier.wait(timeout=120)
        started = time.perf_counter()
        barrier.wait(timeout=300)
        seconds.append(time.perf_counter() - started)
    versions = {library: importlib.metadata.version(library)}
    print(json.dumps({"seconds": seconds, "versions": versions}))


if __name__ == "__main__":
    main()
