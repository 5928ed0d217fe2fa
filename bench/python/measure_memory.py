"""Measures how much memory an upload takes beside its matrix, and prints one line of JSON.

Usage: measure_memory.py csr|frame <bytes of entries> <destination>
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
import scipy.sparse as sp
from process_memory import bytes_before_peak, status_bytes
from sparse_to_s3 import write_bundle

ROWS = 100_000
COLUMNS = 20_000
ENTRY_BYTES = 4 + 8


def columns_of(entries: int) -> sp.csc_matrix:
    """Made-up counts by columns, sorted, the same number in each."""
    each = entries // COLUMNS
    random = np.random.default_rng(1)
    step = ROWS // each
    rows = np.empty((COLUMNS, each), np.int32)
    for column in rows:
        column[:] = np.arange(each) * step + random.integers(0, step, each)
    data = np.empty(rows.size, np.int64)
    for start in range(0, len(data), 1 << 20):
        data[start : start + (1 << 20)] = random.integers(1, 100, len(data[start : start + (1 << 20)]))
    indptr = np.arange(COLUMNS + 1, dtype=np.int32) * each
    return sp.csc_matrix((data, rows.reshape(-1), indptr), (ROWS, COLUMNS))


def make(kind: str, entries: int):
    """A frame refers to the arrays of its columns; rows are made from columns, which are dropped."""
    columns = columns_of(entries)
    if kind == "frame":
        return pd.DataFrame.sparse.from_spmatrix(columns, columns=[f"term {column}" for column in range(COLUMNS)])
    return columns.tocsr()


def measure(matrix, destination: str) -> dict:
    """How far the resident set rises while the matrix is written, and what time that takes."""
    # The code of boto3 that is loaded on first use is nobody's copy.
    write_bundle(sp.csr_matrix((1, 1)), destination)
    before = bytes_before_peak()
    started, cpu = time.perf_counter(), time.process_time()
    meta = write_bundle(matrix, destination, overwrite=True)
    return {
        "seconds": time.perf_counter() - started,
        "cpuSeconds": time.process_time() - cpu,
        "extraBytes": status_bytes("VmHWM") - before,
        "sourceBytes": meta["nnz"] * ENTRY_BYTES,
    }


def main() -> None:
    _, kind, size, destination = sys.argv
    matrix = make(kind, int(size) // ENTRY_BYTES)
    versions = {"numpy": np.__version__, "pandas": pd.__version__}
    print(json.dumps({**measure(matrix, destination), "versions": versions}))


if __name__ == "__main__":
    main()
