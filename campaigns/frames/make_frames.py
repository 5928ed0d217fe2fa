"""Writes random frames of several dtypes as bundles, each with the text that pandas prints of it.

Usage: make_frames.py <folder> <how many> <seed>
"""

from __future__ import annotations

import csv
import io
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sparse_to_s3 import write_bundle

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float16", "float32", "float64"]
LABELS = ["a", "b,c", 'd"e', "", "ü", "line\nend", " space", "0", "1.5"]
PROFILES = {"typed": None, "zero0": "0", "empty": ""}


def values_of(random: np.random.Generator, dtype: str, rows: int) -> np.ndarray:
    """Cells of a column, some of them the least or the most that there is."""
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return random.random(rows) < 0.5
    if kind.kind == "f":
        special = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-5, 1e16, 0.1, 65504.0])
        floats = random.standard_normal(rows) * 10.0 ** random.integers(-4, 4, rows)
        with np.errstate(over="ignore"):
            return np.where(random.random(rows) < 0.3, random.choice(special, rows), floats).astype(kind)
    limits = np.iinfo(kind)
    return random.choice(np.array([0, 1, 2, 9, limits.min, limits.max], kind), rows)


def column_of(random: np.random.Generator, rows: int, is_wide: bool) -> tuple[object, np.ndarray]:
    """A column, sparse or dense, and which of its cells are not stored; NaN are none of them."""
    # pandas 2 prints sparse uint64 as floats, see docs/csv-text.md.
    integers = INTEGERS[:-1] if pd.__version__.startswith("2.") else INTEGERS
    dtype = str(random.choice(["bool", *integers, *FLOATS]))
    values = values_of(random, dtype, rows)
    if random.random() < 0.3 and not is_wide:
        # Singles and halves print digits that depend on NumPy's version.
        dense = values if dtype in ("bool", "float64") or dtype in INTEGERS else values.astype("float64")
        return dense, np.zeros(rows, bool)
    fill = np.dtype(dtype).type(0)
    if dtype in FLOATS and random.random() < 0.5:
        fill = np.dtype(dtype).type(np.nan)
    values[random.random(rows) < (0.9 if is_wide else random.random())] = fill
    array = pd.arrays.SparseArray(values, dtype=pd.SparseDtype(dtype, fill.item()))
    is_unstored = np.ones(rows, bool)
    is_unstored[array.sp_index.to_int_index().indices] = False
    return array, is_unstored & ~np.isnan(fill)


def index_of(random: np.random.Generator, rows: int) -> pd.Index:
    """Labels of rows as frames have them: their numbers, texts, integers, floats, times."""
    title = [None, "id", "a,b"][random.integers(3)]
    texts = [LABELS[number] for number in random.integers(0, len(LABELS), rows)]
    days = pd.Timestamp("2020-02-28") + pd.to_timedelta(random.integers(0, 9, rows), "D")
    kinds = [pd.RangeIndex(rows), texts, random.integers(-9, 9, rows), random.standard_normal(rows), days]
    return pd.Index(kinds[random.integers(len(kinds))], name=title)


def make_frame(random: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    rows, columns = int(random.integers(1, 30)), int(random.integers(1, 12))
    is_wide = bool(random.random() < 0.2)
    made = [column_of(random, rows, is_wide) for _ in range(columns)]
    if is_wide:  # neighbours that are alike, and few stored cells: gzip members without their text
        made = [column for column in made[:4] for _ in range(20)]
        columns = len(made)
    frame = pd.concat([pd.Series(column) for column, _ in made], axis=1)
    labels = [LABELS[number] for number in random.integers(0, len(LABELS), columns)]
    frame.columns = labels if random.random() < 0.5 else range(columns)
    frame.index = index_of(random, rows)
    return frame, np.column_stack([is_unstored for _, is_unstored in made])


def printed(frame: pd.DataFrame, is_unstored: np.ndarray, profile: str, **options) -> str:
    """The text of the frame; `to_csv` knows one profile, for the others the cells that are not stored are replaced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = frame.to_csv(**options)
    unstored = PROFILES[profile]
    if unstored is None:
        return text
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=options["sep"]))
    for line, is_replaced in zip(lines[1:] if options["header"] else lines, is_unstored):
        first = 1 if options["index"] else 0
        line[first:] = [unstored if each else cell for cell, each in zip(line[first:], is_replaced)]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=options["sep"], lineterminator="\n").writerows(lines)
    return out.getvalue()


def main() -> None:
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for number in range(count):
        random = np.random.default_rng([seed, number])
        frame, is_unstored = make_frame(random)
        options = {
            "sep": str(random.choice([",", ";", "\t"])),
            "na_rep": str(random.choice(["", "NULL", "a,b"])),
            "header": bool(random.random() < 0.5),
            "index": bool(random.random() < 0.5),
        }
        profile = str(random.choice(list(PROFILES)))
        band_bytes = int(random.choice([1, 100, 10_000]))
        write_bundle(frame, folder / str(number), band_bytes=band_bytes)
        text = printed(frame, is_unstored, profile, **options)
        (folder / f"{number}.csv").write_bytes(text.encode())
        args = ["--profile", profile, "--delimiter", options["sep"], "--na-rep", options["na_rep"]]
        args += [f"--{name}" for name in ("header", "index") if options[name]]
        is_gzip = bool(random.random() < 0.5)
        dtypes = [str(dtype) for dtype in frame.dtypes]
        case = {"source": str(number), "args": args, "isGzip": is_gzip, "dtypes": dtypes}
        (folder / f"{number}.json").write_text(json.dumps(case))


if __name__ == "__main__":
    main()
