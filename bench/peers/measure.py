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
# Of the time allowed: the tries that find the number of rows, then so many measures.
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


def measure(packages, write, prepare=lambda rows: rows, first_rows=FIRST_ROWS, capped=True):
    """Runs `write(prepare(rows), out)` and prints one line of JSON; only `write` counts for the rate.

    The command line gives matrix, output and seconds. `prepare` is untimed, but uses up the time allowed.
    """
    path, out, limit = sys.argv[1], sys.argv[2], float(sys.argv[3])
    if capped:
        resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA_BYTES, MAX_DATA_BYTES))
    matrix = sp.load_npz(path).tocsr()
    total, rows, target = matrix.shape[0], first_rows, limit / (REPETITIONS + 1)
    timed(lambda count: prepare(matrix[:count]), write, rows, out)  # the first time loads code
    while True:
        prepared_in, seconds = timed(lambda count: prepare(matrix[:count]), write, rows, out)
        if rows == total or prepared_in + seconds > ENOUGH * target:
            break
        rows = next_rows(rows, prepared_in + seconds, target, total)
    times, prepare_times = [seconds], [prepared_in]
    while len(times) < REPETITIONS:
        prepared_in, seconds = timed(lambda count: prepare(matrix[:count]), write, rows, out)
        times.append(seconds)
        prepare_times.append(prepared_in)
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
