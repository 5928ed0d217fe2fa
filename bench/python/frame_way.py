"""Writes a made-up frame of model outputs as Parquet in one way, and prints one line of JSON.

Usage: frame_way.py <way> <rows> <folder>
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from process_memory import bytes_before_peak, status_bytes
from table_to_s3 import write_table

SCORES = [f"score_{number}" for number in range(10)]
SCHEMA = {
    "id": "bigint",
    "at": "timestamp",
    "label": "varchar",
    "model": "varchar",
    **dict.fromkeys(SCORES, "double"),
}
ARROW_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("at", pa.timestamp("us")),
        ("label", pa.string()),
        ("model", pa.string()),
        *((name, pa.float64()) for name in SCORES),
    ]
)
PART_ROWS = 100_000
THREADS = 2


def make(rows: int) -> pd.DataFrame:
    """Scores as models print them: of full precision, rounded to four places, or mostly one value."""
    random = np.random.default_rng(20_261_129)
    labels = np.array([f"label {number}" for number in range(500)], dtype=object)
    scores = [random.random(rows) for _ in SCORES]
    scores[1::3] = [score.round(4) for score in scores[1::3]]
    scores[2::3] = [np.where(score < 0.9, 0.0, score) for score in scores[2::3]]
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "at": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(rows) * 250, "ms"),
            "label": labels[random.integers(0, len(labels), rows)],
            "model": np.array(["base", "large"], dtype=object)[random.integers(0, 2, rows)],
            **dict(zip(SCORES, scores)),
        }
    )


def ours(frame: pd.DataFrame, folder: Path) -> None:
    write_table(frame, str(folder), SCHEMA, PART_ROWS, threads=THREADS)


def pandas_whole(frame: pd.DataFrame, folder: Path) -> None:
    frame.to_parquet(folder / "part-000000.parquet", index=False)


def pandas_threads(frame: pd.DataFrame, folder: Path) -> None:
    """As the article writes model outputs: a chunk of rows for each thread."""

    def write(start: int) -> None:
        path = folder / f"part-{start // PART_ROWS:06}.parquet"
        frame.iloc[start : start + PART_ROWS].to_parquet(path, index=False)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(0, len(frame), PART_ROWS)))


def pyarrow_single(frame: pd.DataFrame, folder: Path) -> None:
    table = pa.Table.from_pandas(frame, schema=ARROW_SCHEMA, preserve_index=False)
    pq.write_table(table, folder / "part-000000.parquet")


WAYS = {
    "write_table": ours,
    "pandas": pandas_whole,
    "pandas in threads": pandas_threads,
    "pyarrow": pyarrow_single,
}


def check(frame: pd.DataFrame, folder: Path, has_schema: bool) -> None:
    """What was written counts only if it is the frame, in its order."""
    at = 0
    for path in sorted(folder.glob("*.parquet")):
        if has_schema and pq.read_schema(path) != ARROW_SCHEMA:
            raise SystemExit(f"{path}: another schema: {pq.read_schema(path)}")
        part = pq.read_table(path).to_pandas()
        due = frame.iloc[at : at + len(part)].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, due, check_dtype=False)
        at += len(part)
    if at != len(frame):
        raise SystemExit(f"{folder}: {at} rows, expected {len(frame)}")


def main() -> None:
    _, way, rows, place = sys.argv
    frame, folder = make(int(rows)), Path(place)
    folder.mkdir(parents=True)
    # What a first use loads is nobody's copy.
    warm = folder / "warm"
    warm.mkdir()
    WAYS[way](frame.iloc[:10], warm)
    before = bytes_before_peak()
    started, cpu = time.perf_counter(), time.process_time()
    WAYS[way](frame, folder)
    measured = {
        "seconds": time.perf_counter() - started,
        "cpuSeconds": time.process_time() - cpu,
        "extraBytes": status_bytes("VmHWM") - before,
        "frameBytes": int(frame.memory_usage(index=False).sum()),
        "fileBytes": sum(path.stat().st_size for path in folder.glob("*.parquet")),
        "versions": {"numpy": np.__version__, "pandas": pd.__version__, "pyarrow": pa.__version__},
    }
    check(frame, folder, way == "write_table")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
