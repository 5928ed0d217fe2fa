"""Measures one peer: writes the first rows of a matrix as CSV text, more rows each time, until the time is used."""

import importlib.metadata
import json
import os
import resource
import sys
import time
from pathlib import Path

import scipy.sparse as sp

# Enough for every peer that copes, and less than would make the machine swap.
MAX_DATA_BYTES = 6 * 1024**3
FIRST_ROWS = 16
# The tries that find the number of rows take about as long as two measures together.
TRIES = 2
REPETITIONS = 3
GROWTH = 8
# A try that took so much of a measure's time is one.
ENOUGH = 0.7


def peak_rss_bytes():
    """Highest resident set of this process and of all that descend from it, in bytes."""
    parents, peaks = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        pid = int(status.parent.name)
        parents[pid] = int(fields["PPid"])
        peaks[pid] = int(fields.get("VmHWM", "0 kB").split()[0]) * 1024
    family = {os.getpid()}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(peaks[pid] for pid in family)


def timed(prepare, write, rows, out):
    started = time.perf_counter()
    prepared = prepare(rows)
    ready = time.perf_counter()
    write(prepared, out)
    return ready - started, time.perf_counter() - ready


def next_rows(rows, seconds, target, total):
    """So many rows as should take the target, but twice to GROWTH times as many as before.

    Twice at least, because where a start costs most, more rows take hardly longer.
    """
    growth = min(GROWTH, max(2, target / max(seconds, 1e-3)))
    return min(total, int(rows * growth))


def find_rows(try_rows, first_rows, total, target):
    """The number of rows whose try takes about the target, found by trying more each time.

    Each try is announced, so that a failure, even the end of the process, shows which rows were too many.
    """
    rows = first_rows
    while True:
        print(f"tries {rows}", flush=True)
        seconds = sum(try_rows(rows))
        if rows == total or seconds > ENOUGH * target:
            return rows
        rows = next_rows(rows, seconds, target, total)


def measure(packages, write, prepare=lambda rows: rows, first_rows=FIRST_ROWS, capped=True):
    """Runs `write(prepare(rows), out)` and prints one line of JSON; only `write` counts for the rate.

    The command line gives matrix, output and seconds, and the number of rows if that is not to be found.
    `prepare` is untimed, but uses up the time allowed.
    """
    path, out, limit, *asked = sys.argv[1:]
    if capped:
        resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA_BYTES, MAX_DATA_BYTES))
    matrix = sp.load_npz(path).tocsr()

    def try_rows(rows):
        return timed(lambda count: prepare(matrix[:count]), write, rows, out)

    try_rows(first_rows)  # the first time loads code
    target = float(limit) / (TRIES + REPETITIONS)
    rows = int(asked[0]) if asked else find_rows(try_rows, first_rows, matrix.shape[0], target)
    prepare_times, times = zip(*(try_rows(rows) for _ in range(REPETITIONS)))
    print(
        json.dumps(
            {
                "rows": rows,
                "seconds": times,
                "prepareSeconds": prepare_times,
                "peakRssBytes": peak_rss_bytes(),
                "versions": {name: importlib.metadata.version(name) for name in packages},
            }
        )
    )
